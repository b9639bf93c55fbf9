namespace Switchboard.Storage.Speech.Redis;

/// <summary>Fills Redis from the database.</summary>
public interface IKeySeeder
{
    /// <summary>Whether a Redis is configured.</summary>
    bool IsConfigured { get; }

    /// <summary>Writes the keys and limits of one organisation, or of all, over what is there.</summary>
    /// <param name="orgId">The organisation, or null for all.</param>
    /// <param name="cancellationToken">Gives up; what is written stays.</param>
    /// <returns>How many keys and limits were written.</returns>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database or Redis cannot be reached.</exception>
    Task<SeedResult> SeedAsync(Guid? orgId, CancellationToken cancellationToken);
}

/// <summary>What was written.</summary>
/// <param name="Keys">Keys.</param>
/// <param name="Limits">Limits of organisations.</param>
public sealed record SeedResult(long Keys, long Limits);
