using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Leases;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// How many partitions of a topic the relay publishes to. The number is kept in the tenant's database, so that every relay uses the same.
/// With another number a case's later events lie in another partition than its earlier ones and could overtake them; so it changes between
/// two batches only, when every consumer has dealt with all that was published. Until then the former number is used, and what waits is
/// tried again at the next look at the topics.
/// </summary>
internal sealed partial class KafkaPublishedPartitions(KafkaTransport transport, StreamTenants tenants, ILogger<KafkaPublishedPartitions> logger)
{
    /// <summary>How long the relay rests at most while consumers catch up, and from how many records on it does not even begin to.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);
    private const long Near = 10_000;

    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<string, QueueLease> _leases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Tenant, string Topic), Published> _published = new();

    /// <summary>Notes that a relay publishes under a lease from now on; what was known under an earlier one may be out of date.</summary>
    public void Begin(string tenant, QueueLease lease)
    {
        _leases[tenant] = lease;
        foreach (var key in _published.Keys.Where(key => key.Tenant == tenant))
        {
            _published.TryRemove(key, out _);
        }
    }

    /// <summary>The number for the next batch, while everything before it is acknowledged; null when no relay asks.</summary>
    /// <exception cref="KafkaUnavailableException">The topic cannot be used.</exception>
    public async ValueTask<int?> PrepareAsync(string tenant, string topic, CancellationToken cancellationToken)
    {
        if (!_leases.TryGetValue(tenant, out var lease))
        {
            return null;
        }

        var seen = await transport.Topology.SeenAsync(topic, cancellationToken);
        if (!_published.TryGetValue((tenant, topic), out var published))
        {
            published = new Published(await LoadAsync(tenant, topic, seen, cancellationToken));
            transport.Topology.Use(topic, published.Partitions);
            _published[(tenant, topic)] = published;
        }

        if (seen > published.Partitions && published.IsDue(transport))
        {
            published.Tried = transport.Time.GetTimestamp();
            await GrowAsync(tenant, topic, lease, published, seen, cancellationToken);
        }

        return published.Partitions;
    }

    private async ValueTask<int> LoadAsync(string tenant, string topic, int seen, CancellationToken cancellationToken)
    {
        var rows = await Rows(tenant).ListAsync(
            """
            insert into stream_topic as t (source, partitions) values ($1, $2)
            on conflict (source) do update set partitions = t.partitions
            returning partitions
            """,
            [Parameters.Of(transport.SourceOf(topic)), Parameters.Of(seen)],
            static row => row.GetInt32(0),
            cancellationToken);
        return rows[0] <= seen
            ? rows[0]
            : throw new KafkaUnavailableException(
                $"The topic '{topic}' has {seen} partitions, and {rows[0]} were published to: it was made anew. Set {KafkaOptions.Section}:{nameof(KafkaOptions.Cluster)} "
                + "to a new name, under which everything is published and read from the beginning.");
    }

    private async ValueTask GrowAsync(string tenant, string topic, QueueLease lease, Published published, int seen, CancellationToken cancellationToken)
    {
        var ends = await Task.Run(() => Ends(topic, published.Partitions), cancellationToken);
        var began = transport.Time.GetTimestamp();
        var (consumer, records) = await BehindAsync(tenant, topic, ends, cancellationToken);
        while (records > 0 && records <= Near && transport.Time.GetElapsedTime(began) < _patience)
        {
            await Task.Delay(_look, transport.Time, cancellationToken);
            (consumer, records) = await BehindAsync(tenant, topic, ends, cancellationToken);
        }

        if (records > 0)
        {
            LogWaits(topic, seen, published.Partitions, consumer, records);
            return;
        }

        var changed = await Rows(tenant).ListAsync(
            """
            update stream_topic set partitions = $2
            where source = $1 and partitions = $3 and exists (
                select from stream_queue q
                where (q.consumer, q.source, q.partitions, q.partition, q.epoch) = ($4, $5, $6, $7, $8) and q.expires_at > clock_timestamp())
            returning partitions
            """,
            [
                Parameters.Of(transport.SourceOf(topic)), Parameters.Of(seen), Parameters.Of(published.Partitions), Parameters.Of(lease.Queue.Consumer),
                Parameters.Of(lease.Queue.Source), Parameters.Of(lease.Queue.Partitions), Parameters.Of(lease.Queue.Partition), Parameters.Of(lease.Epoch),
            ],
            static row => row.GetInt32(0),
            cancellationToken);
        if (changed.IsEmpty)
        {
            // Somebody else relays by now. What is published all the same are repetitions, and they belong where they were.
            return;
        }

        (published.Partitions, published.Tried) = (seen, null);
        transport.Topology.Use(topic, seen);
        LogUsed(topic, seen);
    }

    /// <summary>Where the partitions end now; nothing is published to them meanwhile, or repetitions only.</summary>
    private long[] Ends(string topic, int partitions)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(KafkaClientConfig.Consumer(transport.Options, $"{transport.Options.GroupPrefix}.relay"))
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        return [.. Enumerable.Range(0, partitions).Select(partition =>
            consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), transport.Options.MetadataTimeout).High.Value)];
    }

    /// <summary>The consumer that has the most left to do. One that is paused or does not run counts too: it would read both sides at once later on.</summary>
    private async ValueTask<(string Consumer, long Records)> BehindAsync(string tenant, string topic, long[] ends, CancellationToken cancellationToken)
    {
        var source = transport.SourceOf(topic);
        var rows = await new StreamControl(tenants.For(tenant).Database).ListAsync(null, cancellationToken);
        var (most, consumer) = (0L, "");
        foreach (var queues in rows.Where(row => row.Queue.Source == source).GroupBy(row => row.Queue.Consumer, StringComparer.Ordinal))
        {
            var next = queues.ToDictionary(row => row.Queue.Partition, row => row.Position?.Next ?? 0);
            var records = ends.Select((end, partition) => Math.Max(0, end - next.GetValueOrDefault(partition))).Sum();
            if (records > most)
            {
                (most, consumer) = (records, queues.Key);
            }
        }

        return (consumer, most);
    }

    private RowReader Rows(string tenant) => new(tenant, tenants.For(tenant).Database.Primary);

    [LoggerMessage(
        6560, LogLevel.Warning,
        "{Topic} has {Seen} partitions, and {Used} are still published to: {Consumer} has {Records} records left to do. Tried again with the next look at the topics.")]
    private partial void LogWaits(string topic, int seen, int used, string consumer, long records);

    [LoggerMessage(6561, LogLevel.Information, "{Topic} is published to with {Partitions} partitions from now on.")]
    private partial void LogUsed(string topic, int partitions);

    private sealed class Published(int partitions)
    {
        public int Partitions { get; set; } = partitions;

        /// <summary>When it was tried last to use more.</summary>
        public long? Tried { get; set; }

        public bool IsDue(KafkaTransport transport) =>
            Tried is not { } tried || transport.Time.GetElapsedTime(tried) >= transport.Options.TopologyPeriod;
    }
}
