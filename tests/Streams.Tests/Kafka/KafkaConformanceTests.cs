using System.Diagnostics.Metrics;
using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
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
    /// <summary>The development broker keeps 5 MiB of a partition.</summary>
    protected override int LargestFactor => 1;

    protected override async Task<StreamSite> CreateAsync() => new KafkaStreamSite(
        await TestDatabase.CreateAsync(server.Server), await KafkaCluster.BootstrapServersAsync(), await KafkaCluster.CreateTopicAsync(KafkaStreamSite.Partitions));
}

/// <summary>A topic as a transport.</summary>
public class KafkaStreamSite : StreamSite
{
    /// <summary>Of the topic.</summary>
    public const int Partitions = 3;

    private readonly TestDatabase _database;
    private readonly KafkaOptions _options;
    private readonly string _topic;
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly KafkaTransport _writing;

    public KafkaStreamSite(TestDatabase database, string servers, string topic)
    {
        (_database, _topic) = (database, topic);
        _options = new KafkaOptions { BootstrapServers = servers, MaxRecordBytes = 4_000_000 };
        _writing = new KafkaTransport(
            Options.Create(_options), new KafkaInstruments(new StreamInstruments(_metrics.GetRequiredService<IMeterFactory>())), TimeProvider.System,
            NullLoggerFactory.Instance);
    }

    /// <summary>Settings such as <c>Streams:Kafka:CacheRecords</c>.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

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
        Assert.Skip("A topic's partitions are changed by an operator, drained and with the process stopped (docs/kafka.md); the development broker never grows one.");
        return Task.CompletedTask;
    }

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
        silo.AddKafkaStreams(Flavor, options => options.Configure(stream => (stream.Flavor, stream.Topic) = (Flavor, _topic)));
    }
}
