using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Frame;

public sealed class RowPipeTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private HandlerWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ProbeHandler Probe => _world.Services.GetRequiredService<ProbeHandler>();

    public async ValueTask InitializeAsync()
    {
        await database.Database.ExecuteAsync(ProbeHandler.Table);
        _world = Create();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_effect_happens_once_however_often_the_event_comes()
    {
        var records = Enumerable.Range(1, 200).Select(_ => Changed(Guid.CreateVersion7(), 1)).ToArray();
        await using var second = Create();

        // Two activations of every grain, each getting every event twice.
        await Task.WhenAll(new[] { _world, second, _world, second }.SelectMany(world => records.Select(record => HandleAsync<ProbeHandler>(world, record))));

        (await CountAsync(records)).ShouldBe(200);
        (await CountDistinctAsync(records)).ShouldBe(200);
    }

    [Fact]
    public async Task Events_that_come_together_share_transactions()
    {
        var records = Enumerable.Range(1, 500).Select(_ => Changed(Guid.CreateVersion7(), 1)).ToArray();

        await Task.WhenAll(records.Select(record => HandleAsync<ProbeHandler>(_world, record)));

        (await CountAsync(records)).ShouldBe(500);
        Probe.Groups.ShouldBeLessThan(250);
    }

    [Fact]
    public async Task A_failure_that_passes_is_tried_again()
    {
        var record = Changed(Guid.CreateVersion7(), 1);
        Probe.Failing[record.EventId] = 3;

        await HandleAsync<ProbeHandler>(_world, record);

        (await CountAsync([record])).ShouldBe(1);
        (await LettersAsync("probe", record)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_that_always_fails_is_parked_and_later_ones_go_on()
    {
        var stream = Guid.CreateVersion7();
        var (bad, good) = (Changed(stream, 1), Changed(stream, 2));
        Probe.Failing[bad.EventId] = int.MaxValue;

        await HandleAsync<ProbeHandler>(_world, bad);
        await HandleAsync<ProbeHandler>(_world, good);
        await HandleAsync<ProbeHandler>(_world, bad);

        (await CountAsync([bad, good])).ShouldBe(1);
        var letter = (await LettersAsync("probe", bad)).ShouldHaveSingleItem().Letter;
        letter.Reason.ShouldBe(DeadLetterReason.HandlerFailed);
        letter.Attempts.ShouldBe(ProbeHandler.Probe.MostAttempts);
        letter.Error.ShouldContain("told to fail");
    }

    [Fact]
    public async Task One_refused_event_does_not_take_others_of_its_transaction_along()
    {
        var records = Enumerable.Range(1, 100).Select(_ => Changed(Guid.CreateVersion7(), 1)).ToArray();
        Probe.Refused[records[37].EventId] = true;
        Probe.Refused[records[73].EventId] = true;

        await Task.WhenAll(records.Select(record => HandleAsync<ProbeHandler>(_world, record)));

        (await CountAsync(records)).ShouldBe(98);
        (await CountDistinctAsync(records)).ShouldBe(98);
        (await LettersAsync("probe", records[37])).ShouldHaveSingleItem().Letter.Error.ShouldContain("division by zero");
        (await LettersAsync("probe", records[73])).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Where_cases_are_parked_later_events_wait_behind_the_failed_one()
    {
        var ordered = _world.Services.GetRequiredService<OrderedProbeHandler>();
        var stream = Guid.CreateVersion7();
        var records = Enumerable.Range(1, 5).Select(version => Changed(stream, version)).ToArray();
        ordered.Failing[records[1].EventId] = int.MaxValue;

        foreach (var record in records)
        {
            await HandleAsync<OrderedProbeHandler>(_world, record);
        }

        await HandleAsync<OrderedProbeHandler>(_world, Changed(Guid.CreateVersion7(), 1));
        (await CountAsync(records)).ShouldBe(1);
        (await LettersAsync("ordered-probe", records[0])).Select(letter => (letter.Letter.Version, letter.Letter.Reason)).ShouldBe(
        [
            (2, DeadLetterReason.HandlerFailed), (3, DeadLetterReason.BehindAnother), (4, DeadLetterReason.BehindAnother),
            (5, DeadLetterReason.BehindAnother),
        ]);
    }

    [Theory]
    [InlineData("case.teleported", 1, "{}", DeadLetterReason.UnknownType)]
    [InlineData("case.title_changed", 7, "{}", DeadLetterReason.FutureSchema)]
    [InlineData("case.title_changed", 1, "not JSON", DeadLetterReason.Undecodable)]
    public async Task What_cannot_be_decoded_is_parked_at_once(string type, int schema, string payload, DeadLetterReason reason)
    {
        var record = Changed(Guid.CreateVersion7(), 1) with { Type = type, Schema = schema, Payload = payload };

        await HandleAsync<ProbeHandler>(_world, record);

        var letter = (await LettersAsync("probe", record)).ShouldHaveSingleItem().Letter;
        letter.Reason.ShouldBe(reason);
        letter.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Events_that_a_flavor_does_not_want_leave_no_trace()
    {
        var record = Changed(Guid.CreateVersion7(), 1) with { StreamType = "project", Type = "project.teleported" };

        await HandleAsync<ProbeHandler>(_world, record);

        (await CountAsync([record])).ShouldBe(0);
        (await database.Database.ExecuteAsync($"select count(*) from handler_mark where event_id = '{record.EventId}'")).ShouldBe(0L);
    }

    [Theory]
    [InlineData(CutPoint.BeforeCommit)]
    [InlineData(CutPoint.AfterCommit)]
    public async Task A_connection_that_is_lost_at_the_commit_loses_and_doubles_nothing(CutPoint point)
    {
        await using var proxy = PostgresProxy.Start(database.Database.Server);
        await using var world = Create(proxy.ConnectionString(database.Database.Name));
        await HandleAsync<ProbeHandler>(world, Changed(Guid.CreateVersion7(), 1));
        var records = Enumerable.Range(1, 50).Select(_ => Changed(Guid.CreateVersion7(), 1)).ToArray();
        proxy.CutNext(point, "switchboard-handlers");

        await Task.WhenAll(records.Select(record => HandleAsync<ProbeHandler>(world, record)));

        proxy.CutsMade.ShouldBe(1);
        (await CountAsync(records)).ShouldBe(50);
        (await CountDistinctAsync(records)).ShouldBe(50);
    }

    [Fact]
    public async Task With_the_database_away_the_stream_is_told_to_deliver_again_and_nothing_is_parked()
    {
        await using var proxy = PostgresProxy.Start(database.Database.Server);
        await using var world = Create(proxy.ConnectionString(database.Database.Name), ("Handlers:EffectTimeout", "00:00:00.3"));
        await HandleAsync<ProbeHandler>(world, Changed(Guid.CreateVersion7(), 1));
        var record = Changed(Guid.CreateVersion7(), 1);
        proxy.Refusing = true;

        await Should.ThrowAsync<StorageUnavailableException>(() => HandleAsync<ProbeHandler>(world, record));

        proxy.Refusing = false;
        await HandleAsync<ProbeHandler>(world, record);
        (await CountAsync([record])).ShouldBe(1);
        (await LettersAsync("probe", record)).ShouldBeEmpty();
    }

    private HandlerWorld Create(string? connectionString = null, params (string Key, string Value)[] settings) => HandlerWorld.Create(
        database.Database,
        static catalog => catalog.Add<ProbeHandler>(ProbeHandler.Probe).Add<OrderedProbeHandler>(OrderedProbeHandler.Ordered),
        connectionString,
        settings);

    private EventRecord Changed(Guid stream, long version) => _world.Record(new TitleChanged("a", "b"), _org, stream, version);

    private static Task HandleAsync<THandler>(HandlerWorld world, EventRecord record)
        where THandler : EventHandler => world.PipeTo<THandler>().HandleAsync(record, Token).AsTask();

    private async Task<long> CountAsync(IEnumerable<EventRecord> records) => await QueryAsync("count(*)", records);

    private async Task<long> CountDistinctAsync(IEnumerable<EventRecord> records) => await QueryAsync("count(distinct event_id)", records);

    private async Task<long> QueryAsync(string what, IEnumerable<EventRecord> records)
    {
        await using var command = database.Database.DataSource.CreateCommand($"select {what} from probe where event_id = any ($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = records.Select(record => record.EventId).ToArray() });
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private async Task<IReadOnlyList<StoredDeadLetter>> LettersAsync(string flavor, EventRecord record) =>
        await _world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery(flavor, StreamId: record.StreamId), Token);
}
