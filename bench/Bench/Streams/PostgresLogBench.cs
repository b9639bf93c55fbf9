using System.Diagnostics;
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
using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Streams;

/// <summary>The log to one handler without effect: how fast a full one is drained, and how soon an event comes after its commit.</summary>
internal static class PostgresLogBench
{
    private const int Events = 200_000;
    private const int Cases = 2_000;

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await TestServer.StartAsync(("fsync", "on"), ("max_wal_size", "4GB"));
        await using var database = await TestDatabase.CreateAsync(server);
        await LogFill.FillAsync(database, Events, Cases, titleCharacters: 0);
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

        var latencies = await CommitLatency.MeasureAsync(services.GetRequiredService<IEventStore>(), counter, cancellationToken);
        await cluster.StopAllSilosAsync();
        await cluster.DisposeAsync();
        return
        [
            new Figure($"Postgres log to one handler without effect, draining {Events:N0} events", rate, "events/s", 40_000, null),
            new Figure($"commit to handler at {CommitLatency.Rate} events/s, Postgres log: p50", CommitLatency.Percentile(latencies, 0.50), "ms", null, 10),
            new Figure($"commit to handler at {CommitLatency.Rate} events/s, Postgres log: p99", CommitLatency.Percentile(latencies, 0.99), "ms", null, 50),
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
}
