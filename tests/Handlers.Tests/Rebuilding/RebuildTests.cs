using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Rebuilds;
using Switchboard.Handlers.Analytic;
using Switchboard.Handlers.Rebuilding;
using Switchboard.Handlers.Running;
using Switchboard.Handlers.Tests.Frame;
using Switchboard.Handlers.Timeline;
using Switchboard.Storage.Databases;
using Switchboard.Storage.DeadLetters;
using Switchboard.Storage.Feed;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Rebuilding;

/// <summary>Each test has a database of its own: a rebuild is about all that is in it.</summary>
public sealed class RebuildTests : IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private TestDatabase _database = null!;
    private TestStorage _storage = null!;
    private HandlerWorld _world = null!;
    private Switchboard.Projects.ProjectSnapshot _project = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TenantDatabase Tenant => _world.Services.GetRequiredService<TenantDatabases>().CaseManagement;

    private IRebuilds Rebuilds => _world.Services.GetRequiredService<IRebuilds>();

    private ProbeHandler Probe => _world.Services.GetRequiredService<ProbeHandler>();

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync(ProbeHandler.Table);
        await _database.ExecuteAsync("alter table probe set (fillfactor = 70); create index probe_stream on probe (stream_id)");
        _storage = TestStorage.Connect(_database);
        _world = HandlerWorld.Create(_database, static catalog => catalog.Add<ProbeHandler>(ProbeHandler.Probe));
        _project = Samples.Project(_org);
        await _storage.Store.AppendAsync(Samples.Create(_project), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Rebuilt_tables_equal_a_fresh_replay_while_appends_and_deliveries_go_on()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var appending = Task.WhenAll(Enumerable.Range(1, 2).Select(number => AppendAsync(number, stop.Token)));
        EventPipe[] pipes = [_world.PipeTo<ProbeHandler>(), _world.PipeTo<TimelineHandler>(), _world.PipeTo<AnalyticHandler>()];
        var delivering = pipes.Select(pipe => DeliverAsync(pipe, stop.Token)).ToArray();

        foreach (var pipe in pipes)
        {
            await CountAsync("timeline_entry", atLeast: 200);
            await RequestAsync(pipe);
            await PersistAsync(() => Rebuilder.RebuildAsync(Tenant, pipe, Token));
            (await Rebuilds.FindLatestAsync(HandlerWorld.Tenant, pipe.Flavor.Name, Token))!.Status.ShouldBe(RebuildStatus.Done);
        }

        await stop.CancelAsync();
        await appending;
        await Task.WhenAll(delivering);
        var records = await ReadAllAsync();
        foreach (var pipe in pipes)
        {
            // What was stored after the deliveries stopped.
            foreach (var record in records)
            {
                await PersistAsync(() => pipe.HandleAsync(record, Token).AsTask());
            }

            await using var connection = await _database.DataSource.OpenConnectionAsync(Token);
            foreach (var table in pipe.Tables)
            {
                await TableSwitch.PrepareAsync(connection, table, Token);
            }

            await pipe.RewriteAsync(connection, records, TableSwitch.Suffix, Token);
            foreach (var table in pipe.Tables)
            {
                (await DifferencesAsync(table)).ShouldBe(0L, table);
            }
        }
    }

    [Fact]
    public async Task Indexes_keep_their_names_and_tables_their_settings()
    {
        await OpenAsync(3);
        await RequestAsync(_world.PipeTo<ProbeHandler>());
        await Rebuilder.RebuildAsync(Tenant, _world.PipeTo<ProbeHandler>(), Token);

        (await _database.ExecuteAsync("select count(*) from probe")).ShouldBe(3L);
        (await _database.ExecuteAsync("select reloptions::text from pg_class where relname = 'probe'")).ShouldBe("{fillfactor=70}");
        (await _database.ExecuteAsync("select string_agg(indexname, ',') from pg_indexes where tablename = 'probe'")).ShouldBe("probe_stream");
        (await _database.ExecuteAsync("select to_regclass('probe__rebuild') is null")).ShouldBe(true);
    }

    [Fact]
    public async Task What_the_new_tables_are_ahead_of_the_stream_is_not_handled_again()
    {
        await OpenAsync(5);
        await RequestAsync(_world.PipeTo<ProbeHandler>());
        await Rebuilder.RebuildAsync(Tenant, _world.PipeTo<ProbeHandler>(), Token);

        foreach (var record in await ReadAllAsync())
        {
            await _world.PipeTo<ProbeHandler>().HandleAsync(record, Token);
        }

        (await _database.ExecuteAsync("select count(*) from probe")).ShouldBe(5L);
    }

    [Fact]
    public async Task Parked_events_stay_out_until_they_are_replayed()
    {
        await OpenAsync(3);
        var records = (await ReadAllAsync()).Where(record => record.StreamType == "case").ToArray();
        Probe.Failing[records[1].EventId] = int.MaxValue;
        foreach (var record in records)
        {
            await _world.PipeTo<ProbeHandler>().HandleAsync(record, Token);
        }

        await RequestAsync(_world.PipeTo<ProbeHandler>());
        await Rebuilder.RebuildAsync(Tenant, _world.PipeTo<ProbeHandler>(), Token);

        (await _database.ExecuteAsync("select count(*) from probe")).ShouldBe(2L);
        (await _world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery("probe"), Token)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_event_that_fails_ends_the_rebuild_and_leaves_the_tables_alone()
    {
        await OpenAsync(3);
        var records = (await ReadAllAsync()).Where(record => record.StreamType == "case").ToArray();
        foreach (var record in records)
        {
            await _world.PipeTo<ProbeHandler>().HandleAsync(record, Token);
        }

        Probe.Failing[records[1].EventId] = int.MaxValue;
        await RequestAsync(_world.PipeTo<ProbeHandler>());
        await Rebuilder.RebuildAsync(Tenant, _world.PipeTo<ProbeHandler>(), Token);

        var failed = (await Rebuilds.FindLatestAsync(HandlerWorld.Tenant, "probe", Token))!;
        failed.Status.ShouldBe(RebuildStatus.Failed);
        failed.Error!.ShouldContain(records[1].EventId.ToString());
        (await _database.ExecuteAsync("select count(*) from probe")).ShouldBe(3L);
    }

    [Fact]
    public async Task A_rebuild_that_was_given_up_leaves_the_tables_alone()
    {
        await OpenAsync(3);
        await RequestAsync(_world.PipeTo<ProbeHandler>());
        await Rebuilds.CancelAsync(HandlerWorld.Tenant, "probe", Token);

        await Rebuilder.RebuildAsync(Tenant, _world.PipeTo<ProbeHandler>(), Token);

        (await _database.ExecuteAsync("select count(*) from probe")).ShouldBe(0L);
        (await Rebuilds.FindLatestAsync(HandlerWorld.Tenant, "probe", Token))!.Status.ShouldBe(RebuildStatus.Cancelled);
    }

    private Rebuilder Rebuilder => _world.Services.GetRequiredService<Rebuilder>();

    private async Task RequestAsync(EventPipe pipe)
    {
        await _world.Services.GetRequiredService<FlavorNumbers>().GetAsync(Tenant, pipe.Flavor.Name, Token);
        (await Rebuilds.RequestAsync(HandlerWorld.Tenant, pipe.Flavor.Name, "test", Token)).ShouldNotBeNull();
    }

    private async Task OpenAsync(int cases)
    {
        for (var number = 1; number <= cases; number++)
        {
            await _storage.Store.AppendAsync(Samples.Open(Samples.Case(_project, number)), Token);
        }

        await ReadAllAsync();
    }

    /// <summary>Opens cases and changes them until told to stop.</summary>
    private async Task AppendAsync(int writer, CancellationToken stop)
    {
        for (var number = writer * 100_000; !stop.IsCancellationRequested; number++)
        {
            var one = Samples.Case(_project, number);
            (await _storage.Store.AppendAsync(Samples.Open(one), Token)).Status.ShouldBe(AppendStatus.Appended);
            for (var change = 0; change < 4; change++)
            {
                var request = Samples.SetPriority(one, (CasePriority)(1 + (change % 5)));
                await _storage.Store.AppendAsync(request, Token);
                one = Samples.CaseOf(request);
            }
        }
    }

    /// <summary>Gives a flavor the log's events as they come, some twice.</summary>
    private async Task DeliverAsync(EventPipe pipe, CancellationToken stop)
    {
        var reader = new EventRecordReader(Tenant, _world.Codec);
        var position = FeedPosition.Start(1);
        var random = new Random(7);
        while (!stop.IsCancellationRequested)
        {
            var events = System.Collections.Immutable.ImmutableArray<EventRecord>.Empty;
            await PersistAsync(async () => events = (await reader.ReadAsync(position, 100, long.MaxValue, Token)).Events);
            foreach (var group in events.GroupBy(record => record.StreamId))
            {
                foreach (var record in group)
                {
                    await PersistAsync(() => pipe.HandleAsync(record, Token).AsTask());
                    if (random.Next(10) == 0)
                    {
                        await PersistAsync(() => pipe.HandleAsync(record, Token).AsTask());
                    }
                }
            }

            position = events.IsEmpty ? position : new FeedPosition(1, events[^1].Tx, events[^1].Seq);
        }
    }

    /// <summary>As the stream does, and the watcher: a machine that is too busy answers late, and is asked again.</summary>
    private static async Task PersistAsync(Func<Task> action)
    {
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (StorageUnavailableException)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Rows that the table and the one beside it do not share. Running numbers of rows are not compared.</summary>
    private async Task<long> DifferencesAsync(string table)
    {
        const string row = "(to_jsonb(r) - 'n')::text";
        var (live, beside) = ($"select {row} from {table} r", $"select {row} from {table}{TableSwitch.Suffix} r");
        return (long)(await _database.ExecuteAsync(
            $"select count(*) from (({live} except all {beside}) union all ({beside} except all {live})) different"))!;
    }

    private async Task CountAsync(string table, long atLeast)
    {
        while ((long)(await _database.ExecuteAsync($"select count(*) from {table}"))! < atLeast)
        {
            await Task.Yield();
        }
    }

    /// <summary>All that is stored. A transaction of another test's database holds the horizon back as one of this database would: then it waits.</summary>
    private async Task<List<EventRecord>> ReadAllAsync()
    {
        var reader = new EventRecordReader(Tenant, _world.Codec);
        var stored = (long)(await _database.ExecuteAsync("select count(*) from domain_events"))!;
        var (all, position) = (new List<EventRecord>(), FeedPosition.Start(1));
        while (all.Count < stored)
        {
            var events = (await reader.ReadAsync(position, 1000, long.MaxValue, Token)).Events;
            all.AddRange(events);
            position = events.IsEmpty ? position : new FeedPosition(1, events[^1].Tx, events[^1].Seq);
            await Task.Yield();
        }

        return all;
    }
}
