using System.Collections.Immutable;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.PublicEvents;

namespace Switchboard.Grains.CaseStreams;

/// <summary>
/// Reads the events of cases from the log, for clients that are connected and for those that come back. Like <see cref="IEventFeed"/> it
/// never reads past a transaction that still runs; unlike it, it reads on over an event that this release cannot decode.
/// </summary>
public interface ICaseEventLog
{
    /// <summary>The end of what can be read now: a reader that starts here sees everything that is committed later.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<FeedPosition> GetHeadAsync(CancellationToken cancellationToken);

    /// <summary>The next events of some organisations' cases after a position, in the log's order, at most <paramref name="limit"/>.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<CaseEventBatch> ReadAsync(
        FeedPosition after, ImmutableArray<Guid> organisations, int limit, CancellationToken cancellationToken);

    /// <summary>Whether a reader can go on from a position, or why not.</summary>
    /// <param name="from">Where the reader was.</param>
    /// <param name="window">How many events, of all organisations, may have come since.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ResumeVerdict> CheckAsync(FeedPosition from, int window, CancellationToken cancellationToken);
}

/// <summary>A piece of the log.</summary>
/// <param name="Events">In order.</param>
/// <param name="End">Where the next read goes on.</param>
/// <param name="Complete">Whether the end of what could be read was reached.</param>
/// <param name="EpochChanged">The store is in another epoch than the position: nothing was read, and the position means nothing any more.</param>
public sealed record CaseEventBatch(ImmutableArray<PublicCaseEvent> Events, FeedPosition End, bool Complete, bool EpochChanged = false);

/// <summary>Whether a reader can go on from where it was.</summary>
public enum ResumeVerdict
{
    /// <summary>It can.</summary>
    Possible = 0,

    /// <summary>More events have come since than may be read again.</summary>
    TooOld = 1,

    /// <summary>The store was restored or moved since: its positions start anew.</summary>
    OtherEpoch = 2,

    /// <summary>The position lies after everything that is stored: it is not of this store.</summary>
    Unknown = 3,
}
