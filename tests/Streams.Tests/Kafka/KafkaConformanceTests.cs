using System.Diagnostics.Metrics;
using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Switchboard.Events;
using Switchboard.Storage;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Kafka;
using Switchboard.Streams.Positions;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>What every transport promises, over a real Kafka protocol. Each test has a database and a topic of its own.</summary>
public sealed class KafkaConformanceTests(ServerFixture server) : StreamConformanceTests, IClassFixture<ServerFixture>
{
    protected override async Task<StreamSite> CreateAsync() => new KafkaStreamSite(
        await TestDatabase.CreateAsync(server.Server), await KafkaCluster.BootstrapServersAsync(), await KafkaCluster.CreateTopicAsync(KafkaStreamSite.AllPartitions));
}

/// <summary>A topic as a transport.</summary>
public class KafkaStreamSite : StreamSite
{
    /// <summary>That the topic has at first, as far as anybody is told: the development broker never grows one.</summary>
    public const int Partitions = 3;

    /// <summary>That the topic has in truth, and that everybody is told of once it has grown.</summary>
    public const int AllPartitions = 5;

    private readonly TestDatabase _database;
    private readonly KafkaOptions _options;
    private readonly string _topic;
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly KafkaTransport _writing;
    private volatile int _seen = Partitions;

    public KafkaStreamSite(TestDatabase database, string servers, string topic)
    {
        (_database, _topic) = (database, topic);
        _options = new KafkaOptions { BootstrapServers = servers, MaxRecordBytes = 6_000_000 };
        _writing = new KafkaTransport(
            Options.Create(_options), new KafkaInstruments(new StreamInstruments(_metrics.GetRequiredService<IMeterFactory>())), TimeProvider.System,
            NullLoggerFactory.Instance, (_, _) => _seen);
    }

    /// <summary>Settings such as <c>Streams:Kafka:CacheRecords</c>.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>The topic.</summary>
    public string Topic => _topic;

    /// <summary>The database of positions and dead letters.</summary>
    public TestDatabase Database => _database;

    public override Task WriteAsync(IReadOnlyList<EventRecord> records) => _writing.Producer.PublishAsync(_topic, records, CancellationToken.None);

    public override async Task WritePoisonAsync()
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _options.BootstrapServers })
            .SetLogHandler((_, _) => { }).Build();
        for (var partition = 0; partition < Partitions; partition++)
        {
            await producer.ProduceAsync(new TopicPartition(_topic, partition), new Message<Null, string> { Value = "nobody can read this" });
        }
    }

    public override async Task RewindAsync() =>
        (await new StreamControl(Silos.First().GetSiloServiceProvider().GetRequiredService<TenantDatabase>()).RewindAsync(
            Flavor, _writing.SourceOf(_topic), QueuePosition.Offset(0), null, CancellationToken.None)).ShouldBe(Partitions);

    public override Task GrowAsync()
    {
        _seen = AllPartitions;
        _writing.Topology.Use(_topic, AllPartitions);
        return Task.CompletedTask;
    }

    /// <summary>The topic has more partitions; everybody sees it with the next look.</summary>
    public void Grow() => _seen = AllPartitions;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _writing.DisposeAsync();
        await _metrics.DisposeAsync();
        await _database.DisposeAsync();
    }

    protected override void Configure(ISiloBuilder silo)
    {
        silo.Configuration["Databases:CaseManagement:Primary"] = _database.ConnectionString;
        silo.Configuration["Streams:Leases:Duration"] = "00:00:01";
        silo.Configuration["Streams:Leases:PositionInterval"] = "00:00:00.050";
        silo.Configuration["Streams:Kafka:BootstrapServers"] = _options.BootstrapServers;
        silo.Configuration["Streams:Kafka:FetchWait"] = "00:00:00.005";
        silo.Configuration["Streams:Kafka:MaxRecordBytes"] = _options.MaxRecordBytes.ToString(CultureInfo.InvariantCulture);
        foreach (var (key, value) in Settings)
        {
            silo.Configuration[key] = value;
        }

        silo.Services.AddSwitchboardStorage(silo.Configuration);
        silo.Services.AddSwitchboardStreams(silo.Configuration);
        silo.Services.AddKafkaTransport(silo.Configuration);
        silo.Services.AddSingleton(services => new KafkaTransport(
            services.GetRequiredService<IOptions<KafkaOptions>>(), services.GetRequiredService<KafkaInstruments>(), TimeProvider.System,
            services.GetRequiredService<ILoggerFactory>(), (_, _) => _seen));
        silo.AddKafkaStreams(Flavor, options => options.Configure(stream => (stream.Flavor, stream.Topic) = (Flavor, _topic)));
    }
}
