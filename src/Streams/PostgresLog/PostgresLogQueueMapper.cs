using System.Collections.Immutable;
using System.Globalization;
using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Streams.Partitioning;

namespace Switchboard.Streams.PostgresLog;

/// <summary>The queues of a provider: a stream belongs to the partition of its key.</summary>
internal sealed class PostgresLogQueueMapper : IConsistentRingStreamQueueMapper
{
    private readonly ImmutableArray<QueueId> _queues;

    public PostgresLogQueueMapper(string provider, int count) => _queues =
    [
        .. Enumerable.Range(0, count).Select(number => QueueId.GetQueueId(
            provider, (uint)number, StreamPartition.Murmur2(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{provider}/{number}"))))),
    ];

    public IEnumerable<QueueId> GetAllQueues() => _queues;

    public QueueId GetQueueForStream(StreamId streamId) => _queues[StreamPartition.Of(streamId.Key.Span, _queues.Length)];

    public IEnumerable<QueueId> GetQueuesForRange(IRingRange range) => _queues.Where(queue => range.InRange(queue.GetUniformHashCode()));
}
