using Switchboard.Streams.Positions;

namespace Switchboard.Streams.Leases;

/// <summary>The right to read a queue, as it was given.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Epoch">Higher than that of every lease on this queue before; whatever is written under it is refused once there is a newer one.</param>
/// <param name="Position">Where to read on, or null when nothing was ever read.</param>
public sealed record QueueLease(QueueName Queue, long Epoch, QueuePosition? Position);

/// <summary>A queue's row, for people.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Epoch">The epoch of its newest lease.</param>
/// <param name="Owner">The process that has or had it.</param>
/// <param name="Alive">Whether the lease has not run out.</param>
/// <param name="Position">Where to read on, or null when nothing was ever read.</param>
/// <param name="MovedAt">When the position moved last.</param>
public sealed record QueueStatus(QueueName Queue, long Epoch, string Owner, bool Alive, QueuePosition? Position, DateTimeOffset? MovedAt)
{
    /// <summary>The offset of the next record of the topic's partition, as any of its readers last heard; null for the log and while nobody has heard.</summary>
    public long? End { get; init; }
}

/// <summary>A position to be written.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Epoch">The epoch of the writer's lease.</param>
/// <param name="Position">Everything before it is done.</param>
public sealed record QueueAdvance(QueueName Queue, long Epoch, QueuePosition Position);

/// <summary>What became of a written position.</summary>
public enum AdvanceOutcome
{
    /// <summary>It stands.</summary>
    Accepted = 0,

    /// <summary>The queue belongs to somebody else by now: the writer must stop.</summary>
    Stale = 1,

    /// <summary>The position that stands is further on; nothing changed.</summary>
    Behind = 2,
}
