using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using Switchboard.Grains.EventStore;
using Switchboard.Storage;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Positions;
using Switchboard.Streams.PostgresLog;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Streams;

/// <summary>The log to one handler without effect: how fast a full one is drained, and how soon an event comes after its commit.</summary>
internal static class PostgresLogBench
{
    private const int Events = 200_000;
    private const int Cases = 2_000;
    private const int Rate = 500;
    private static readonly TimeSpan _latencyRun = TimeSpan.FromSeconds(10);

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await TestServer.StartAsync(("fsync", "on"), ("max_wal_size", "4GB"));
        await using var database = await TestDatabase.CreateAsync(server);
        await FillAsync(database);
        var counter = new Counter();
        var cluster = Build(database, counter);

        // The first run also compiles the code; the second one, after a rewind, counts.
        var drained = counter.MoreAsync(Events);
        await cluster.DeployAsync();
        await drained.WaitAsync(cancellationToken);
        var services = cluster.GetSiloServiceProvider();
        var control = new StreamControl(services.GetRequiredService<TenantDatabase>());
        drained = counter.MoreAsync(Events);
        var first = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        counter.Came = (_, at) => first.TrySetResult(at);
        await control.RewindAsync(CountingGrain.Flavor, PostgresLogAdapterReceiver.Source, new QueuePosition(1, 0, 1), null, cancellationToken);
        var started = await first.Task.WaitAsync(cancellationToken);
        counter.Came = null;
        await drained.WaitAsync(cancellationToken);
        var rate = Events / Stopwatch.GetElapsedTime(started).TotalSeconds;

        var latencies = await MeasureLatencyAsync(services.GetRequiredService<IEventStore>(), counter, cancellationToken);
        await cluster.StopAllSilosAsync();
        await cluster.DisposeAsync();
        return
        [
            new Figure($"Postgres log to one handler without effect, draining {Events:N0} events", rate, "events/s", 40_000, null),
            new Figure($"commit to handler at {Rate} events/s, Postgres log: p50", Percentile(latencies, 0.50), "ms", null, 10),
            new Figure($"commit to handler at {Rate} events/s, Postgres log: p99", Percentile(latencies, 0.99), "ms", null, 50),
        ];
    }

    private static InProcessTestCluster Build(TestDatabase database, Counter counter)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Configuration["Databases:CaseManagement:Primary"] = database.ConnectionString;
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            silo.Services.AddSingleton(counter);
            silo.Services.AddSwitchboardStorage(silo.Configuration);
            silo.Services.AddSwitchboardStreams(silo.Configuration);
            silo.AddPostgresLogStreams(CountingGrain.Flavor, options => options.Configure(stream => stream.Flavor = CountingGrain.Flavor));
        });
        return builder.Build();
    }

    private static async Task FillAsync(TestDatabase database)
    {
        const int Piece = 10_000;
        await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"create table bench_case as select gen_random_uuid() id, n from generate_series(0, {Cases - 1}) n"));
        for (var from = 0; from < Events; from += Piece)
        {
            await database.ExecuteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
                select '0198c3c4-0000-7000-8000-000000000001', 'case', c.id, 1 + e / {{Cases}}, gen_random_uuid(), 'case.title_changed', 1,
                       jsonb_build_object('from', 'Checkout answers with 502 in eu-west-1', 'to', 'Checkout answers with 502 in eu-west-1, ' || e),
                       '{"actor": {"kind": "User", "id": "0198c3c4-0000-7000-8000-000000000002"}, "correlation_id": "bench"}', now(), now()
                from generate_series({{from}}, {{from + Piece - 1}}) e join bench_case c on c.n = e % {{Cases}} order by e
                """));
        }

        await database.ExecuteAsync("analyze domain_events");
    }

    private static async Task<double[]> MeasureLatencyAsync(IEventStore store, Counter counter, CancellationToken cancellationToken)
    {
        var committed = new ConcurrentDictionary<Guid, long>();
        var came = new ConcurrentDictionary<Guid, long>();
        var project = Samples.Project(Guid.CreateVersion7());
        await store.AppendAsync(Samples.Create(project), cancellationToken);
        var cases = Enumerable.Range(1, 200).Select(number => Samples.Case(project, number)).ToArray();
        foreach (var one in cases)
        {
            await store.AppendAsync(Samples.Open(one), cancellationToken);
        }

        var total = (int)(Rate * _latencyRun.TotalSeconds);
        counter.Came = (record, at) => came.TryAdd(record.EventId, at);
        List<Task> appends = [];
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        while (appends.Count < total && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * Rate));
            while (appends.Count < due)
            {
                var index = appends.Count % cases.Length;
                appends.Add(AppendAsync(index, appends.Count >= cases.Length ? appends[appends.Count - cases.Length] : Task.CompletedTask));
            }
        }

        await Task.WhenAll(appends);
        while (came.Count(pair => committed.ContainsKey(pair.Key)) < committed.Count)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return [.. committed.Select(pair => Math.Max(0, Stopwatch.GetElapsedTime(pair.Value, came[pair.Key]).TotalMilliseconds)).Order()];

        async Task AppendAsync(int index, Task before)
        {
            await before;
            var request = Samples.SetTitle(cases[index], string.Create(CultureInfo.InvariantCulture, $"Title {cases[index].Version}"));
            cases[index] = Samples.CaseOf(request);
            var result = await store.AppendAsync(request, cancellationToken);
            if (result.Status != AppendStatus.Appended)
            {
                throw new InvalidOperationException($"An update of the bench was not appended: {result.Status}.");
            }

            committed[request.Events[0].Id] = Stopwatch.GetTimestamp();
        }
    }

    private static double Percentile(double[] ordered, double part) => ordered[(int)Math.Min(ordered.Length - 1, ordered.Length * part)];
}
