using System.Collections.Immutable;
using Switchboard.Events;

namespace Switchboard.Grains.DeadLetters;

/// <summary>
/// Where records go that a flavor could not handle. Parking settles an event for its flavor as handling does: by the same mark
/// (flavor, event id), so that exactly one of the two happens however often it is delivered. Safe for use by many at once.
/// </summary>
public interface IDeadLetters
{
    /// <summary>
    /// Keeps the letter; durable when it completes. One that was parked already, or whose event was handled meanwhile, changes nothing.
    /// </summary>
    /// <returns>Whether it was new.</returns>
    /// <exception cref="EventStore.StorageUnavailableException">The database is away: nothing was kept, the record's position must not move on.</exception>
    ValueTask<bool> ParkAsync(DeadLetter letter, CancellationToken cancellationToken);

    /// <summary>Letters in the order in which they were parked, without payloads.</summary>
    ValueTask<ImmutableArray<StoredDeadLetter>> ListAsync(string tenant, DeadLetterQuery query, CancellationToken cancellationToken);

    /// <summary>A letter with its payload, or null.</summary>
    ValueTask<StoredDeadLetter?> FindAsync(string tenant, long id, CancellationToken cancellationToken);

    /// <summary>How many letters wait, by flavor.</summary>
    ValueTask<ImmutableSortedDictionary<string, long>> CountAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the process that serves the flavor to try again: the letters with the given ids, and of a flavor that parks cases all that
    /// are parked in front of one of them or behind it.
    /// </summary>
    /// <returns>How many will be tried.</returns>
    ValueTask<int> RequestReplayAsync(string tenant, IReadOnlyCollection<long> ids, string by, CancellationToken cancellationToken);

    /// <summary>Asks for a replay of all letters of a flavor that wait, at most <paramref name="limit"/>, the oldest first.</summary>
    /// <returns>How many will be tried.</returns>
    ValueTask<int> RequestReplayAsync(string tenant, string flavor, int limit, string by, CancellationToken cancellationToken);

    /// <summary>Decides that waiting letters are not to be handled. They stay visible until their retention ends.</summary>
    /// <returns>How many were dropped.</returns>
    ValueTask<int> DropAsync(string tenant, IReadOnlyCollection<long> ids, string by, CancellationToken cancellationToken);
}

/// <summary>
/// A transport's second try at reading a record that it could not read when it came: after an upgrade it may. Registered by the
/// transport; asked when such a letter is replayed.
/// </summary>
public interface IParkedRecordReader
{
    /// <summary>Whether letters with this <see cref="DeadLetter.Source"/> are its own.</summary>
    bool Reads(string source);

    /// <summary>The record in the letter.</summary>
    /// <exception cref="FormatException">It still cannot be read; the message says why.</exception>
    EventRecord Read(DeadLetter letter);
}
