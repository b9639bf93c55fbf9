namespace Switchboard.Grains.EventStore;

/// <summary>Loads the current row of an aggregate; a cold grain reads this one row, not a history.</summary>
/// <typeparam name="TSnapshot">The aggregate's snapshot type.</typeparam>
public interface IAggregateRows<TSnapshot>
    where TSnapshot : class
{
    /// <summary>The row, or null when the organisation has no such aggregate.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<TSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken);
}
