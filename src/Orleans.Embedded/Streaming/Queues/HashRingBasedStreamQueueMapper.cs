using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>
/// Queues evenly spread over the ring of hashes; a stream belongs to the queue at its hash or the next one after it. The spread is that of
/// Microsoft Orleans, so that both agree on the queue of a stream.
/// </summary>
public class HashRingBasedStreamQueueMapper : IConsistentRingStreamQueueMapper
{
    private readonly QueueId[] _ring;

    /// <summary>Makes the queues.</summary>
    /// <exception cref="ArgumentException">There is not one queue.</exception>
    public HashRingBasedStreamQueueMapper(HashRingStreamQueueMapperOptions options, string queueNamePrefix)
        : this(options.TotalQueueCount, queueNamePrefix)
    {
    }

    private protected HashRingBasedStreamQueueMapper(int count, string queueNamePrefix)
    {
        if (count < 1)
        {
            throw new ArgumentException($"HashRingStreamQueueMapperOptions.TotalQueueCount must be at least 1, but is {count}.");
        }

        var portion = count == 1 ? 0 : (uint)((1L << 32) / count) + 1;
        _ring = [.. Enumerable.Range(0, count).Select(i => QueueId.GetQueueId(queueNamePrefix, (uint)i, checked(portion * (uint)i)))];
    }

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetAllQueues() => _ring;

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetQueuesForRange(IRingRange range) => [.. _ring.Where(queue => range.InRange(queue.GetUniformHashCode()))];

    /// <inheritdoc/>
    public QueueId GetQueueForStream(StreamId streamId)
    {
        var hash = streamId.UniformHashCode;
        var low = 0;
        var high = _ring.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ring[middle].GetUniformHashCode() < hash)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return _ring[low == _ring.Length ? 0 : low];
    }

    /// <inheritdoc/>
    public override string ToString() => $"All QueueIds: {string.Join(", ", _ring.Select(queue => queue.ToStringWithHashCode()))}";
}

/// <summary>Queues on the ring that stand for partitions with names.</summary>
public sealed class HashRingBasedPartitionedStreamQueueMapper(IReadOnlyList<string> partitionIds, string queueNamePrefix)
    : HashRingBasedStreamQueueMapper(partitionIds.Count, queueNamePrefix)
{
    /// <summary>The partition of a queue.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The queue is not one of this mapper's.</exception>
    public string QueueToPartition(QueueId queue) => GetAllQueues().Contains(queue)
        ? partitionIds[(int)queue.GetNumericId()]
        : throw new ArgumentOutOfRangeException(nameof(queue), $"Queue {queue:H}");
}
