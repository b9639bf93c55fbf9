using Switchboard.Streams.Control;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.PostgresLog;

/// <summary>What can happen to a log and to those who read it.</summary>
public sealed class PostgresLogFaultTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly int _seed = Random.Shared.Next();
    private PostgresLogSite _site = null!;
    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        _database = await TestDatabase.CreateAsync(server.Server);
        _site = new PostgresLogSite(_database);
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task An_event_whose_transaction_stays_open_is_seen_late_and_not_skipped()
    {
        var records = new Records(2, _seed);
        await _site.StartAsync();
        await using var late = await _database.DataSource.OpenConnectionAsync(Token);
        await using var transaction = await late.BeginTransactionAsync(Token);
        await PostgresLogSite.InsertAsync(late, [records.NextOf(0)]);

        await _site.WriteAsync([records.NextOf(1), records.NextOf(1)]);
        await transaction.CommitAsync(Token);

        await _site.Recorder.WaitForAsync(3, Token);
        _site.Recorder.VersionsOf(records.Streams[0]).ShouldBe([1]);
        _site.Recorder.VersionsOf(records.Streams[1]).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_paused_flavor_gets_nothing_until_it_is_resumed()
    {
        var records = new Records(5, _seed);
        await _site.StartAsync();
        await _site.WriteAsync(records.Next(50));
        await _site.Recorder.WaitForAsync(50, Token);
        var control = new StreamControl(_site.Tenant());

        await control.PauseAsync(StreamSite.Flavor, "ada", Token);
        await _site.WriteAsync(records.Next(50));
        (await control.ListAsync(StreamSite.Flavor, Token)).ShouldAllBe(queue => !queue.Alive);
        await control.ResumeAsync(StreamSite.Flavor, "ada", Token);

        await _site.Recorder.WaitForAsync(100, Token);
    }

    [Fact]
    public async Task A_full_queue_goes_on_when_its_handlers_do()
    {
        var records = new Records(50, _seed);
        _site.Settings["Streams:PostgresLog:QueueEvents"] = "20";
        _site.Settings["Streams:PostgresLog:PageEvents"] = "7";
        await _site.WriteAsync(records.Next(2000));

        await _site.StartAsync();

        await _site.Recorder.WaitForAsync(2000, Token);
        _site.Recorder.Deliveries.ShouldBe(2000);
    }

    [Fact]
    public async Task A_long_log_is_drained_whole()
    {
        var records = new Records(500, _seed);
        for (var piece = 0; piece < 20; piece++)
        {
            await _site.WriteAsync(records.Next(1000));
        }

        await _site.StartAsync();

        await _site.Recorder.WaitForAsync(20_000, Token);
    }

    [Fact]
    public async Task Reading_goes_on_when_the_database_comes_back()
    {
        var records = new Records(10, _seed);
        await using var own = await TestServer.StartAsync();
        var database = await TestDatabase.CreateAsync(own);
        await using var site = new PostgresLogSite(database);
        await site.StartAsync();
        await site.WriteAsync(records.Next(100));
        await site.Recorder.WaitForAsync(100, Token);

        await own.StopAsync(immediate: true);
        await own.StartAgainAsync();
        database.DataSource.Clear();
        await site.WriteAsync(records.Next(100));

        await site.Recorder.WaitForAsync(200, Token);
    }
}
