using System.Collections.Immutable;

namespace Switchboard.Grains.Imports;

/// <summary>
/// Remembers how far each import has come. What it says may lag behind what was taken, never the other way round: lines beyond it may be sent
/// again, since a case that is there already is recognised by its id.
/// </summary>
public interface IImportLedger
{
    /// <summary>The receipt of that id; a new one if there is none.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ImportReceipt> OpenAsync(Guid orgId, Guid receiptId, Guid startedBy, CancellationToken cancellationToken);

    /// <summary>The receipt of that id, or null.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ImportReceipt?> FindAsync(Guid orgId, Guid receiptId, CancellationToken cancellationToken);

    /// <summary>
    /// Notes that the lines up to one were taken. False, and nothing noted, when the receipt is not at the line that the caller starts from:
    /// another request of the same import has come further.
    /// </summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<bool> AdvanceAsync(Guid orgId, Guid receiptId, ImportAdvance advance, CancellationToken cancellationToken);

    /// <summary>Those of some cases that are there, with their keys.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ImmutableArray<(Guid Id, string Key)>> KeysOfAsync(Guid orgId, ImmutableArray<Guid> ids, CancellationToken cancellationToken);
}

/// <summary>How far an import has come.</summary>
/// <param name="Id">Chosen by the client; scope is the organisation.</param>
/// <param name="StartedAt">When its first request came.</param>
/// <param name="StartedBy">Who sent it.</param>
/// <param name="AdvancedAt">When it last came further.</param>
/// <param name="Lines">How many lines, from the first on, are dealt with.</param>
/// <param name="Imported">How many of them are cases now, including those that had been imported before.</param>
/// <param name="Refused">How many were refused.</param>
public sealed record ImportReceipt(
    Guid Id, DateTimeOffset StartedAt, Guid StartedBy, DateTimeOffset AdvancedAt, long Lines, long Imported, long Refused);

/// <summary>A step forward.</summary>
/// <param name="From">The lines dealt with before.</param>
/// <param name="To">The lines dealt with now.</param>
/// <param name="Imported">How many of those in between are cases.</param>
/// <param name="Refused">How many were refused.</param>
public readonly record struct ImportAdvance(long From, long To, long Imported, long Refused);
