namespace Switchboard.Streams.Leases;

/// <summary>One queue of one consumer: what is leased, and what has a position.</summary>
/// <param name="Consumer">The flavor's name, which is also its consumer group; or the relay's.</param>
/// <param name="Source">What is read: <c>domain_events</c>, or a topic.</param>
/// <param name="Partition">The part of it, from 0.</param>
/// <param name="Partitions">
/// Into how many parts the reader cuts the source. Queues of another number overlap with these and are never leased at the same time.
/// 0 where the source itself is cut, as a topic is.
/// </param>
public sealed record QueueName(string Consumer, string Source, int Partition, int Partitions = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Partitions == 0 ? $"{Consumer}/{Source}/{Partition}" : $"{Consumer}/{Source}/{Partition}of{Partitions}";
}
