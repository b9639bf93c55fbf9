using Switchboard.Grains.EventStore;

namespace Switchboard.Streams.Positions;

/// <summary>A place in a queue: everything before it has been dealt with.</summary>
/// <param name="LogEpoch">The epoch of the log's positions; 0 for a topic.</param>
/// <param name="Tx">The writing transaction; 0 for a topic.</param>
/// <param name="Next">The number, or the offset, of the first record that has not been dealt with.</param>
public readonly record struct QueuePosition(long LogEpoch, ulong Tx, long Next) : IComparable<QueuePosition>
{
    /// <summary>A place in a topic's partition.</summary>
    public static QueuePosition Offset(long next) => new(0, 0, next);

    /// <summary>The place of an event of the log: those before it have been dealt with.</summary>
    public static QueuePosition At(FeedPosition position) => new(position.Epoch, position.Tx, position.Seq);

    /// <summary>The place behind an event of the log.</summary>
    public static QueuePosition After(FeedPosition position) => new(position.Epoch, position.Tx, position.Seq + 1);

    /// <summary>The place as the log's reader wants it: what comes before this one.</summary>
    public FeedPosition ToFeed() => new(LogEpoch, Tx, Next - 1);

    /// <inheritdoc/>
    public int CompareTo(QueuePosition other) => (LogEpoch, Tx, Next).CompareTo((other.LogEpoch, other.Tx, other.Next));

    /// <summary>Whether a place comes before another.</summary>
    public static bool operator <(QueuePosition left, QueuePosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether a place comes after another.</summary>
    public static bool operator >(QueuePosition left, QueuePosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether a place comes before another or is the same.</summary>
    public static bool operator <=(QueuePosition left, QueuePosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether a place comes after another or is the same.</summary>
    public static bool operator >=(QueuePosition left, QueuePosition right) => left.CompareTo(right) >= 0;
}
