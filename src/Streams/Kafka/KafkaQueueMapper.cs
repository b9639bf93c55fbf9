using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Streams.Partitioning;

namespace Switchboard.Streams.Kafka;

/// <summary>A queue for each partition of a topic; a stream's queue is the partition that its key is published to.</summary>
public sealed class KafkaQueueMapper : IStreamQueueMapper
{
    private readonly QueueId[] _queues;

    /// <summary>Maps a topic.</summary>
    public KafkaQueueMapper(string topic, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        Topic = topic;
        // Spread over the ring, as balancers that cut the ring expect it.
        var portion = uint.MaxValue / (uint)partitions;
        _queues = [.. Enumerable.Range(0, partitions).Select(number => QueueId.GetQueueId(topic, (uint)number, portion * (uint)number))];
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>How many partitions it has.</summary>
    public int Partitions => _queues.Length;

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetAllQueues() => _queues;

    /// <inheritdoc/>
    public QueueId GetQueueForStream(StreamId streamId) => _queues[StreamPartition.Of(streamId.Key.Span, _queues.Length)];

    /// <summary>The partition of a queue.</summary>
    public static int PartitionOf(QueueId queue) => checked((int)queue.GetNumericId());
}
