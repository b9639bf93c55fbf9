using System.Collections.Immutable;

namespace Switchboard.Grains.EventStore;

/// <summary>
/// Reads all events of a tenant in commit-safe order: never past a transaction that is still running, so an event that commits
/// late is seen later, not skipped (peers.md 2.5; Marten #1629, Eventuous #222 are what happens otherwise).
/// </summary>
public interface IEventFeed
{
    /// <summary>The store's epoch; positions of another epoch are meaningless.</summary>
    ValueTask<long> GetEpochAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The next events after a position, at most <paramref name="limit"/>, and how far the feed can be read now. One statement,
    /// hence one snapshot.
    /// </summary>
    /// <exception cref="InvalidOperationException">The position is of another epoch than the store's.</exception>
    ValueTask<FeedBatch> ReadAsync(FeedPosition after, int limit, CancellationToken cancellationToken);
}

/// <summary>A place in the feed.</summary>
/// <param name="Epoch">The store's epoch.</param>
/// <param name="Tx">The writing transaction.</param>
/// <param name="Seq">The event's number.</param>
public readonly record struct FeedPosition(long Epoch, ulong Tx, long Seq) : IComparable<FeedPosition>
{
    /// <inheritdoc/>
    public int CompareTo(FeedPosition other) => (Epoch, Tx, Seq).CompareTo((other.Epoch, other.Tx, other.Seq));

    /// <summary>Before the first event of an epoch.</summary>
    public static FeedPosition Start(long epoch) => new(epoch, 0, 0);
}

/// <summary>A piece of the feed.</summary>
/// <param name="Events">In order.</param>
/// <param name="Horizon">The oldest transaction still running when the piece was read: nothing at or after it was returned.</param>
public sealed record FeedBatch(ImmutableArray<RecordedEvent> Events, ulong Horizon);
