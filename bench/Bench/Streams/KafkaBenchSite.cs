using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using Switchboard.Events;
using Switchboard.Storage;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Kafka;
using Switchboard.Streams.Relay;
using Switchboard.Testing.Kafka;
using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Streams;

/// <summary>A silo with those parts of the way over Kafka that a measurement needs.</summary>
internal sealed class KafkaBenchSite(InProcessTestCluster cluster, Counter counter) : IAsyncDisposable
{
    private const int Partitions = 8;

    public IServiceProvider Services => cluster.GetSiloServiceProvider();

    public Counter Counter => counter;

    /// <summary>Creates the topic and starts the silo.</summary>
    public static async Task<KafkaBenchSite> StartAsync(TestDatabase database, TestBroker broker, string topic, bool handles, bool relays)
    {
        await broker.CreateTopicAsync(topic, Partitions);
        var counter = new Counter();
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Configuration["Databases:CaseManagement:Primary"] = database.ConnectionString;
            silo.Configuration["Streams:Kafka:BootstrapServers"] = broker.BootstrapServers;
            silo.Configuration["Streams:Kafka:FetchWait"] = "00:00:00.005";
            silo.Configuration["Streams:Kafka:Topics:case-management"] = topic;
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            silo.Services.AddSingleton(counter);
            silo.Services.AddSwitchboardStorage(silo.Configuration);
            silo.Services.AddSwitchboardStreams(silo.Configuration);
            silo.Services.AddKafkaTransport(silo.Configuration);
            if (relays)
            {
                silo.Services.AddEventRelay(silo.Configuration);
            }

            if (handles)
            {
                silo.AddKafkaStreams(CountingGrain.Flavor, options => options.Configure(stream => stream.Flavor = CountingGrain.Flavor));
            }
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new KafkaBenchSite(cluster, counter);
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.StopAllSilosAsync();
        await cluster.DisposeAsync();
    }
}

/// <summary>Publishes to a destination of its own and says when all that is expected has been acknowledged.</summary>
internal sealed class CountingPublisher(IEventPublisher publisher, string destination, int expected) : IEventPublisher
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public Task All => _all.Task;

    public string Destination => destination;

    public string TopicOf(string tenant) => publisher.TopicOf(tenant);

    public async Task PublishAsync(string topic, IReadOnlyList<EventRecord> records, CancellationToken cancellationToken)
    {
        await publisher.PublishAsync(topic, records, cancellationToken);
        if (Interlocked.Add(ref _count, records.Count) >= expected)
        {
            _all.TrySetResult();
        }
    }
}
