using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Streams.Partitioning;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// A queue for each partition of a topic; a stream's queue is the partition that its key is published to. A topic may get more partitions;
/// the queues that there were stay the same. Safe for use by many at once.
/// </summary>
public sealed class KafkaQueueMapper : IStreamQueueMapper
{
    private readonly uint _portion;
    private readonly int _published;
    private QueueId[] _queues;

    /// <summary>Maps a topic.</summary>
    public KafkaQueueMapper(string topic, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        Topic = topic;
        _published = partitions;
        // Spread over the ring, as balancers that cut the ring expect it.
        _portion = uint.MaxValue / (uint)partitions;
        _queues = Queues(partitions);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>How many partitions it has.</summary>
    public int Partitions => Volatile.Read(ref _queues).Length;

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetAllQueues() => Volatile.Read(ref _queues);

    /// <inheritdoc/>
    public QueueId GetQueueForStream(StreamId streamId) => _queues[StreamPartition.Of(streamId.Key.Span, _published)];

    /// <summary>Takes note of further partitions; false when there are none.</summary>
    public bool Grow(int partitions)
    {
        if (partitions <= Partitions)
        {
            return false;
        }

        Volatile.Write(ref _queues, Queues(partitions));
        return true;
    }

    /// <summary>The partition of a queue.</summary>
    public static int PartitionOf(QueueId queue) => checked((int)queue.GetNumericId());

    private QueueId[] Queues(int partitions) =>
        [.. Enumerable.Range(0, partitions).Select(number => QueueId.GetQueueId(Topic, (uint)number, unchecked(_portion * (uint)number)))];
}
