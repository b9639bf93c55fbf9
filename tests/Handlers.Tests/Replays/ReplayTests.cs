using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Handlers.Replays;
using Switchboard.Handlers.Running;
using Switchboard.Handlers.Tests.Frame;
using Switchboard.Storage.Databases;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Replays;

public sealed class ReplayTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private HandlerWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OrderedProbeHandler Ordered => _world.Services.GetRequiredService<OrderedProbeHandler>();

    public async ValueTask InitializeAsync()
    {
        await database.Database.ExecuteAsync(ProbeHandler.Table);
        _world = HandlerWorld.Create(
            database.Database,
            static catalog => catalog.Add<ProbeHandler>(ProbeHandler.Probe).Add<OrderedProbeHandler>(OrderedProbeHandler.Ordered),
            settings: [("Handlers:RequestPoll", "00:00:00.2")]);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_case_is_replayed_in_order_with_everything_behind_the_failed_event()
    {
        var records = await ParkCaseAsync(failing: 2, events: 6);
        Ordered.Failing.Clear();

        var letters = await LettersAsync(records[0].StreamId, DeadLetterStatus.Parked);
        await _world.Letters.RequestReplayAsync(HandlerWorld.Tenant, [letters[0].Id], "ops", Token);
        await ReplayAsync<OrderedProbeHandler>();

        (await VersionsAsync(records[0].StreamId)).ShouldBe([1, 2, 3, 4, 5, 6]);
        (await LettersAsync(records[0].StreamId, DeadLetterStatus.Replayed)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task What_came_in_during_a_replay_follows_too()
    {
        var records = await ParkCaseAsync(failing: 1, events: 2);
        Ordered.Failing.Clear();
        var letters = await LettersAsync(records[0].StreamId, DeadLetterStatus.Parked);
        await _world.Letters.RequestReplayAsync(HandlerWorld.Tenant, [.. letters.Select(letter => letter.Id)], "ops", Token);

        // Parked behind the others after the request was made.
        await HandleAsync<OrderedProbeHandler>(Changed(records[0].StreamId, 3));
        await ReplayAsync<OrderedProbeHandler>();
        await HandleAsync<OrderedProbeHandler>(Changed(records[0].StreamId, 4));

        (await VersionsAsync(records[0].StreamId)).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task An_event_that_fails_again_is_parked_again_and_what_follows_waits_on()
    {
        var records = await ParkCaseAsync(failing: 1, events: 3);
        var letters = await LettersAsync(records[0].StreamId, DeadLetterStatus.Parked);
        await _world.Letters.RequestReplayAsync(HandlerWorld.Tenant, [letters[0].Id], "ops", Token);

        await ReplayAsync<OrderedProbeHandler>();

        (await VersionsAsync(records[0].StreamId)).ShouldBeEmpty();
        var parked = await LettersAsync(records[0].StreamId, DeadLetterStatus.Parked);
        parked.Select(letter => letter.Replays).ShouldBe([1, 0, 0]);
        parked[0].Letter.Attempts.ShouldBe(2 * OrderedProbeHandler.Ordered.MostAttempts);
    }

    [Fact]
    public async Task A_letter_is_handled_once_however_many_processes_replay()
    {
        var probe = _world.Services.GetRequiredService<ProbeHandler>();
        var stream = Guid.CreateVersion7();
        var record = Changed(stream, 1);
        probe.Failing[record.EventId] = int.MaxValue;
        await HandleAsync<ProbeHandler>(record);
        probe.Failing.Clear();
        var letter = (await _world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery("probe", StreamId: stream), Token))[0];
        await _world.Letters.RequestReplayAsync(HandlerWorld.Tenant, [letter.Id], "ops", Token);

        var pipe = _world.PipeTo<ProbeHandler>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => pipe.ReplayAsync(record, letter.Id, Token).AsTask()));
        await HandleAsync<ProbeHandler>(record);

        (await VersionsAsync(stream)).ShouldBe([1]);
    }

    [Fact]
    public async Task A_record_that_no_transport_can_read_again_stays_parked_and_says_so()
    {
        var source = $"kafka:domain-events/0/{Guid.NewGuid():N}";
        await _world.Letters.ParkAsync(
            new DeadLetter
            {
                Tenant = HandlerWorld.Tenant,
                Flavor = "probe",
                Reason = DeadLetterReason.Undecodable,
                Source = source,
                Error = "no JSON",
                Payload = new byte[] { 1, 2, 3 },
            },
            Token);
        var letter = (await _world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery("probe", Limit: 1000), Token)).Single(one => one.Letter.Source == source);
        await _world.Letters.RequestReplayAsync(HandlerWorld.Tenant, [letter.Id], "ops", Token);

        await ReplayAsync<ProbeHandler>();

        var after = (await _world.Letters.FindAsync(HandlerWorld.Tenant, letter.Id, Token))!;
        after.Status.ShouldBe(DeadLetterStatus.Parked);
        after.Letter.Error.ShouldContain("no transport");
        after.Letter.Payload.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_request_is_seen_by_the_process_that_serves_the_flavor()
    {
        var watcher = _world.Services.GetServices<IHostedService>().OfType<RequestWatcher>().Single();
        await watcher.StartAsync(Token);
        var records = await ParkCaseAsync(failing: 1, events: 3);
        Ordered.Failing.Clear();

        var letters = await LettersAsync(records[0].StreamId, DeadLetterStatus.Parked);
        await _world.Letters.RequestReplayAsync(HandlerWorld.Tenant, [letters[0].Id], "ops", Token);

        while ((await VersionsAsync(records[0].StreamId)).Length < 3)
        {
            await Task.Yield();
        }

        await watcher.StopAsync(Token);
        (await VersionsAsync(records[0].StreamId)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Marks_and_settled_letters_are_forgotten_when_their_time_is_over()
    {
        var record = Changed(Guid.CreateVersion7(), 1);
        await HandleAsync<ProbeHandler>(record);
        await database.Database.ExecuteAsync($"update handler_mark set marked_on = marked_on - 31 where event_id = '{record.EventId}'");
        var fresh = Changed(Guid.CreateVersion7(), 1);
        await HandleAsync<ProbeHandler>(fresh);
        var upkeep = _world.Services.GetServices<IHostedService>().OfType<HandlerUpkeep>().Single();

        var (marks, _) = await upkeep.SweepAsync(_world.Services.GetRequiredService<TenantDatabases>().CaseManagement, Token);

        marks.ShouldBeGreaterThanOrEqualTo(1);
        (await MarksAsync(record)).ShouldBe(0L);
        (await MarksAsync(fresh)).ShouldBe(1L);
    }

    private Task<object?> MarksAsync(EventRecord record) =>
        database.Database.ExecuteAsync($"select count(*) from handler_mark where event_id = '{record.EventId}'");

    private async Task<EventRecord[]> ParkCaseAsync(long failing, int events)
    {
        var stream = Guid.CreateVersion7();
        var records = Enumerable.Range(1, events).Select(version => Changed(stream, version)).ToArray();
        Ordered.Failing[records[failing - 1].EventId] = int.MaxValue;
        foreach (var record in records)
        {
            await HandleAsync<OrderedProbeHandler>(record);
        }

        return records;
    }

    private Task<int> ReplayAsync<THandler>()
        where THandler : EventHandler => _world.Services.GetRequiredService<Replayer>().ReplayAsync(
            _world.Services.GetRequiredService<TenantDatabases>().CaseManagement, _world.PipeTo<THandler>(), Token);

    private EventRecord Changed(Guid stream, long version) => _world.Record(new TitleChanged("a", "b"), _org, stream, version);

    private Task HandleAsync<THandler>(EventRecord record)
        where THandler : EventHandler => _world.PipeTo<THandler>().HandleAsync(record, Token).AsTask();

    private async Task<IReadOnlyList<StoredDeadLetter>> LettersAsync(Guid stream, DeadLetterStatus status) =>
        await _world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery("ordered-probe", status, stream), Token);

    private async Task<long[]> VersionsAsync(Guid stream)
    {
        await using var command = database.Database.DataSource.CreateCommand("select coalesce(array_agg(version order by n), '{}') from probe where stream_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = stream });
        return (long[])(await command.ExecuteScalarAsync(Token))!;
    }
}
