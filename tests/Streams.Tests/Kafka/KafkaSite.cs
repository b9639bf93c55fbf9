using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Caching;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Kafka;
using Switchboard.Streams.Leases;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>One process's Kafka transport on a real broker and a real database, without a silo around it.</summary>
internal sealed class KafkaSite : IAsyncDisposable
{
    private readonly TestStorage _storage;
    private readonly StreamInstruments _instruments;
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private KafkaSite(TestStorage storage, KafkaOptions options, string topic, string flavor, TimeSpan lease)
    {
        _storage = storage;
        var instruments = _instruments = new StreamInstruments(_metrics.GetRequiredService<IMeterFactory>());
        Transport = new KafkaTransport(
            Options.Create(options), new KafkaInstruments(instruments), TimeProvider.System, NullLoggerFactory.Instance);
        Database = storage.Services.GetRequiredService<TenantDatabase>();
        Keeper = new QueueKeeper(
            new QueueTable(Database), new LeaseOptions { Duration = lease, PositionInterval = TimeSpan.FromMilliseconds(20) }, instruments,
            TimeProvider.System, NullLogger<QueueKeeper>.Instance);
        Stream = new KafkaStreamOptions { Tenant = Database.Tenant, Flavor = flavor, Topic = topic, ReadWait = TimeSpan.FromMilliseconds(50) };
    }

    public KafkaTransport Transport { get; }

    public QueueKeeper Keeper { get; }

    public TenantDatabase Database { get; }

    public KafkaStreamOptions Stream { get; }

    public IDeadLetters Letters => _storage.Services.GetRequiredService<IDeadLetters>();

    /// <summary>A process that reads a topic for a flavor.</summary>
    public static async Task<KafkaSite> StartAsync(
        DatabaseFixture database, string topic, string flavor, string? servers = null, Action<KafkaOptions>? configure = null, TimeSpan? lease = null)
    {
        var options = new KafkaOptions
        {
            BootstrapServers = servers ?? await KafkaCluster.BootstrapServersAsync(),
            FetchWait = TimeSpan.FromMilliseconds(5),
            MirrorPeriod = TimeSpan.FromMilliseconds(200),
        };
        configure?.Invoke(options);
        return new KafkaSite(TestStorage.Connect(database.Database), options, topic, flavor, lease ?? TimeSpan.FromMinutes(1));
    }

    public Task PublishAsync(params IReadOnlyList<EventRecord> records) =>
        Transport.Producer.PublishAsync(Stream.Topic!, records, TestContext.Current.CancellationToken);

    /// <summary>Puts any bytes into the topic, as a foreign producer would.</summary>
    public async Task PutAsync(int partition, byte[]? value, Headers? headers = null)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(
            new ProducerConfig { BootstrapServers = Transport.Options.BootstrapServers, MessageMaxBytes = 20_000_000 }).SetLogHandler((_, _) => { }).Build();
        await producer.ProduceAsync(
            new TopicPartition(Stream.Topic, partition), new Message<byte[], byte[]?> { Key = [1], Value = value, Headers = headers },
            TestContext.Current.CancellationToken);
    }

    /// <summary>Reads a partition as the pulling agent does.</summary>
    public KafkaReader Read(int partition = 0) => new(new KafkaAdapterReceiver(
        new TopicPartition(Stream.Topic, partition), Stream, Transport, new StreamQueueCache(1_000_000, long.MaxValue, KafkaBatchContainer.SizeOf),
        Keeper, Letters, _instruments, NullLogger<KafkaAdapterReceiver>.Instance));

    public QueueName NameOf(int partition) => new(Stream.Flavor, Transport.SourceOf(Stream.Topic!), partition);

    /// <summary>The stored position of a partition.</summary>
    public async Task<long?> PositionAsync(int partition = 0) =>
        (await new QueueTable(Database).ListAsync(Stream.Flavor, TestContext.Current.CancellationToken))
        .SingleOrDefault(row => row.Queue == NameOf(partition))?.Position?.Next;

    public async ValueTask DisposeAsync()
    {
        await Keeper.DisposeAsync();
        await Transport.DisposeAsync();
        await _storage.DisposeAsync();
        await _metrics.DisposeAsync();
    }
}

/// <summary>A receiver and what it has given.</summary>
internal sealed class KafkaReader(KafkaAdapterReceiver receiver)
{
    public List<KafkaBatchContainer> Read { get; } = [];

    public KafkaAdapterReceiver Receiver => receiver;

    /// <summary>Reads until so many events have come in all.</summary>
    public async Task<IReadOnlyList<KafkaBatchContainer>> UntilAsync(int count, int atATime = 100)
    {
        while (Read.Count < count)
        {
            await OnceAsync(atATime);
        }

        return Read;
    }

    public async Task OnceAsync(int atATime = 100) => Read.AddRange(
        (await receiver.GetQueueMessagesAsync(atATime, TestContext.Current.CancellationToken)).Cast<KafkaBatchContainer>());

    public Task DeliveredAsync(params IEnumerable<KafkaBatchContainer> containers) =>
        receiver.MessagesDeliveredAsync([.. containers.Cast<IBatchContainer>()], TestContext.Current.CancellationToken);

    public Task StopAsync() => receiver.Shutdown(TimeSpan.FromSeconds(30));
}
