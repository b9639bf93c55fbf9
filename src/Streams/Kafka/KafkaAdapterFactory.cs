using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using Switchboard.Grains.DeadLetters;
using Switchboard.Streams.Caching;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Leases;

namespace Switchboard.Streams.Kafka;

/// <summary>Makes the parts of a provider that reads one tenant's topic for one flavor.</summary>
internal sealed partial class KafkaAdapterFactory : IQueueAdapterFactory, IQueueAdapterCache
{
    private readonly string _name;
    private readonly KafkaStreamOptions _stream;
    private readonly KafkaTransport _transport;
    private readonly StreamTenants _tenants;
    private readonly IDeadLetters _letters;
    private readonly StreamInstruments _instruments;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly string _topic;
    private readonly ConcurrentDictionary<QueueId, StreamQueueCache> _caches = new();
    private KafkaQueueMapper? _mapper;

    public KafkaAdapterFactory(
        string name, KafkaStreamOptions stream, KafkaTransport transport, StreamTenants tenants, IDeadLetters letters, StreamInstruments instruments,
        ILoggerFactory loggers)
    {
        (_name, _stream, _transport, _tenants, _letters, _instruments, _loggers) = (name, stream, transport, tenants, letters, instruments, loggers);
        _logger = loggers.CreateLogger<KafkaAdapterFactory>();
        _topic = stream.Topic ?? transport.Options.Topics[stream.Tenant];
    }

    /// <summary>For <c>AddPersistentStreams</c>.</summary>
    public static IQueueAdapterFactory Create(IServiceProvider services, string name) => new KafkaAdapterFactory(
        name,
        services.GetRequiredService<IOptionsMonitor<KafkaStreamOptions>>().Get(name),
        services.GetRequiredService<KafkaTransport>(),
        services.GetRequiredService<StreamTenants>(),
        services.GetRequiredService<IDeadLetters>(),
        services.GetRequiredService<StreamInstruments>(),
        services.GetRequiredService<ILoggerFactory>());

    /// <summary>
    /// Asks for the topic's partitions. While the cluster is away, those that were read before are taken, so that a process can be started
    /// then: it reads as soon as the cluster is back.
    /// </summary>
    public async Task<IQueueAdapter> CreateAdapter(CancellationToken cancellationToken)
    {
        KafkaNativeLibrary.EnsureLoaded();
        _mapper = new KafkaQueueMapper(_topic, await PartitionsAsync(cancellationToken));
        return new KafkaAdapter(_name, _topic, _transport.Producer, CreateReceiver);
    }

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() =>
        _mapper ?? throw new InvalidOperationException($"The stream provider {_name} has not been initialised: its number of queues is not known yet.");

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(new NeverSkip());

    public IQueueCache CreateQueueCache(QueueId queueId) => CacheOf(queueId);

    Task<IQueueAdapter> IQueueAdapterFactory.CreateAdapter() => CreateAdapter(CancellationToken.None);

    /// <summary>The receiver bounds what is in memory, by count and by bytes; the cache only has to have room for it.</summary>
    private StreamQueueCache CacheOf(QueueId queue) => _caches.GetOrAdd(
        queue, _ => new StreamQueueCache(2 * _transport.Options.CacheRecords, 2L * _transport.Options.CacheBytes, KafkaBatchContainer.SizeOf));

    private KafkaAdapterReceiver CreateReceiver(QueueId queue) => new(
        new TopicPartition(_topic, KafkaQueueMapper.PartitionOf(queue)), _stream, _transport, CacheOf(queue), _tenants.For(_stream.Tenant).Keeper, _letters,
        _instruments, _loggers.CreateLogger<KafkaAdapterReceiver>());

    private async Task<int> PartitionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.Topology.SeenAsync(_topic, cancellationToken);
        }
        catch (KafkaUnavailableException away)
        {
            var source = _transport.SourceOf(_topic);
            var table = new QueueTable(_tenants.For(_stream.Tenant).Database);
            var known = (await table.ListAsync(_stream.Flavor, cancellationToken)).Where(row => row.Queue.Source == source).ToArray();
            if (known.Length == 0)
            {
                throw;
            }

            LogAssumed(_name, _topic, known.Length, away);
            return _transport.Topology.Assume(_topic, known.Max(static row => row.Queue.Partition) + 1);
        }
    }

    [LoggerMessage(6550, LogLevel.Error, "{Provider} starts without Kafka, with the {Partitions} partitions of {Topic} that were read before.")]
    private partial void LogAssumed(string provider, string topic, int partitions, Exception away);
}
