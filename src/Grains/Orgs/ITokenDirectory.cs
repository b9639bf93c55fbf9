using System.Collections.Immutable;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>Finds personal tokens. Revoked ones are not found; expired ones are.</summary>
public interface ITokenDirectory
{
    /// <summary>A token of an organisation, or null.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<KeySnapshot?> FindAsync(Guid orgId, Guid tokenId, CancellationToken cancellationToken);

    /// <summary>A page of tokens.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<TokenPage> ListAsync(TokenQuery query, CancellationToken cancellationToken);
}

/// <summary>Which tokens.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="UserId">Only this user's, or null.</param>
/// <param name="Filter">Part of a name, or null.</param>
/// <param name="SortField"><c>name</c>, <c>created_at</c> or <c>expires_at</c>.</param>
/// <param name="Descending">The last first.</param>
/// <param name="PageSize">How many.</param>
/// <param name="PageNumber">The page, from 0.</param>
public sealed record TokenQuery(Guid OrgId, Guid? UserId, string? Filter, string SortField, bool Descending, int PageSize, int PageNumber);

/// <summary>A page of tokens.</summary>
/// <param name="Tokens">The page.</param>
/// <param name="TotalFiltered">Tokens that match.</param>
public sealed record TokenPage(ImmutableArray<KeySnapshot> Tokens, long TotalFiltered);
