using System.Collections.Immutable;
using Switchboard.Teams;

namespace Switchboard.Grains.Teams;

/// <summary>Lists teams.</summary>
public interface ITeamDirectory
{
    /// <summary>A page of teams.</summary>
    ValueTask<TeamPage> ListAsync(TeamQuery query, CancellationToken cancellationToken);

    /// <summary>The teams that a user is in, in order of their names.</summary>
    ValueTask<ImmutableArray<TeamSnapshot>> ListOfUserAsync(Guid orgId, Guid userId, CancellationToken cancellationToken);
}

/// <summary>Which teams.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="Keyword">Part of name or handle, or a member's whole e-mail address; null for any.</param>
/// <param name="MemberId">Only teams of this user, or null.</param>
/// <param name="ByMembers">In order of the number of members instead of the name.</param>
/// <param name="Descending">The order.</param>
/// <param name="PageSize">1 to 100.</param>
/// <param name="PageNumber">From 0.</param>
public sealed record TeamQuery(Guid OrgId, string? Keyword, Guid? MemberId, bool ByMembers, bool Descending, int PageSize, int PageNumber);

/// <summary>A page of teams.</summary>
/// <param name="Teams">The page.</param>
/// <param name="Total">How many match.</param>
public sealed record TeamPage(ImmutableArray<TeamSnapshot> Teams, long Total);
