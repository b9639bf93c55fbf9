using System.Collections.Immutable;

namespace Switchboard.Grains.Imports;

/// <summary>Makes many new cases at once. Safe for use by many at once.</summary>
public interface ICaseImporter
{
    /// <summary>
    /// Takes some cases: they are checked and get their numbers in the order given, and are then on their way into the log. The outcomes come
    /// as the log takes them, each in the place of its case. Whether a case is new is told by its id, so the same cases can be offered any
    /// number of times. A refused case uses no number up.
    /// </summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached; thrown by the call when nothing was sent, by an
    /// outcome when it is not known whether that case was made.</exception>
    ValueTask<ImmutableArray<Task<ImportOutcome>>> TakeAsync(
        ImmutableArray<ImportedCase> cases, ImportContext context, CancellationToken cancellationToken);
}
