using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.EventStore;
using Switchboard.Streams.Relay;
using Switchboard.Testing.Kafka;
using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Streams;

/// <summary>
/// Events over Kafka: the relay alone, a handler without effect alone, and the way from a commit to the handler. The brokers are
/// librdkafka's own, in a process on the same machine; they keep 5 MiB a partition, so what is handled is read as it comes.
/// </summary>
internal static class KafkaBench
{
    private const int Relayed = 120_000;
    private const int Handled = 200_000;
    private const int Cases = 2_000;

    /// <summary>So that a record's value has 1 KB.</summary>
    private const int TitleCharacters = 320;

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await TestServer.StartAsync(("fsync", "on"), ("max_wal_size", "4GB"));
        await using var broker = await TestBroker.StartAsync();
        await using var database = await TestDatabase.CreateAsync(server);
        await LogFill.FillAsync(database, Relayed, Cases, TitleCharacters);
        return
        [
            await RelayAsync(database, broker, cancellationToken),
            await HandleAsync(database, broker, cancellationToken),
            .. await LatencyAsync(server, broker, cancellationToken),
        ];
    }

    /// <summary>The first time also compiles the code; the second time, to another destination and hence from the beginning, counts.</summary>
    private static async Task<Figure> RelayAsync(TestDatabase database, TestBroker broker, CancellationToken cancellationToken)
    {
        await using var site = await KafkaBenchSite.StartAsync(database, broker, "relayed", handles: false, relays: false);
        await RelayAsync("warm-up");
        return new Figure("relay to Kafka, messages of 1 KB", Relayed / (await RelayAsync("measured")).TotalSeconds, "events/s", 30_000, null);

        async Task<TimeSpan> RelayAsync(string destination)
        {
            var counting = new CountingPublisher(site.Services.GetRequiredService<IEventPublisher>(), destination, Relayed);
            using var relay = ActivatorUtilities.CreateInstance<RelayService>(site.Services, counting);
            var started = Stopwatch.GetTimestamp();
            await relay.StartAsync(cancellationToken);
            await counting.All.WaitAsync(cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started);
            await relay.StopAsync(cancellationToken);
            return elapsed;
        }
    }

    private static async Task<Figure> HandleAsync(TestDatabase database, TestBroker broker, CancellationToken cancellationToken)
    {
        await using var site = await KafkaBenchSite.StartAsync(database, broker, "handled", handles: true, relays: false);
        using var source = await KafkaBenchSource.MakeAsync(site.Services, "handled", Handled, Cases, TitleCharacters, cancellationToken);
        await HandleAsync();
        var elapsed = await HandleAsync();
        return new Figure("Kafka to one handler without effect, messages of 1 KB", Handled / elapsed.TotalSeconds, "events/s", 40_000, null);

        async Task<TimeSpan> HandleAsync()
        {
            var handled = site.Counter.MoreAsync(Handled);
            var started = Stopwatch.GetTimestamp();
            await source.PublishAsync(site.Counter, cancellationToken);
            await handled.WaitAsync(cancellationToken);
            return Stopwatch.GetElapsedTime(started);
        }
    }

    private static async Task<Figure[]> LatencyAsync(TestServer server, TestBroker broker, CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(server);
        await using var site = await KafkaBenchSite.StartAsync(database, broker, "timed", handles: true, relays: true);
        var latencies = await CommitLatency.MeasureAsync(site.Services.GetRequiredService<IEventStore>(), site.Counter, cancellationToken);
        return
        [
            new Figure($"commit to handler at {CommitLatency.Rate} events/s, Kafka: p50", CommitLatency.Percentile(latencies, 0.50), "ms", null, 25),
            new Figure($"commit to handler at {CommitLatency.Rate} events/s, Kafka: p99", CommitLatency.Percentile(latencies, 0.99), "ms", null, 80),
        ];
    }
}
