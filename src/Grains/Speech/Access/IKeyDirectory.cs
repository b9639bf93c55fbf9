using System.Collections.Immutable;
using Switchboard.Orgs;

namespace Switchboard.Grains.Speech.Access;

/// <summary>Reads many keys at once, from their rows.</summary>
public interface IKeyDirectory
{
    /// <summary>Which of these keys may not be used at that moment: disabled, revoked, expired, or unknown.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be read now.</exception>
    ValueTask<ImmutableArray<Guid>> FindUnusableAsync(ImmutableArray<Guid> ids, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The API keys of an organisation, newest first, revoked ones left out.</summary>
    ValueTask<ImmutableArray<KeySnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken);
}
