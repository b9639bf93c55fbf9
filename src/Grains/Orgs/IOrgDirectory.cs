using System.Collections.Immutable;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>Finds organisations, users and keys by what is not their grain's key.</summary>
public interface IOrgDirectory
{
    /// <summary>The first organisation that was created, or null: what a development instance's bootstrap looks for.</summary>
    ValueTask<OrgSnapshot?> FindFirstOrgAsync(CancellationToken cancellationToken);

    /// <summary>A user by e-mail address (any letter case), or null.</summary>
    ValueTask<UserSnapshot?> FindUserByEmailAsync(Guid orgId, string email, CancellationToken cancellationToken);

    /// <summary>A page of users.</summary>
    ValueTask<UserPage> ListUsersAsync(UserQuery query, CancellationToken cancellationToken);

    /// <summary>A key by its hash, in any organisation: the first step of authentication.</summary>
    ValueTask<KeySnapshot?> FindKeyByHashAsync(string hash, CancellationToken cancellationToken);
}

/// <summary>Which users.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="Filter">Part of name or e-mail, or null.</param>
/// <param name="Statuses">Only users in one of these states.</param>
/// <param name="SortField"><c>name</c>, <c>email</c>, <c>created_at</c>, <c>modified_at</c>.</param>
/// <param name="Descending">The order.</param>
/// <param name="PageSize">1 to 500.</param>
/// <param name="PageNumber">From 0.</param>
public sealed record UserQuery(
    Guid OrgId,
    string? Filter,
    UserStatuses Statuses,
    string SortField,
    bool Descending,
    int PageSize,
    int PageNumber)
{
    /// <summary>Only users who have this role, or null.</summary>
    public string? Role { get; init; }
}

/// <summary>The states of a user, as a set.</summary>
[Flags]
public enum UserStatuses
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Verified and not disabled.</summary>
    Active = 1,

    /// <summary>Invited: neither verified nor disabled.</summary>
    Pending = 2,

    /// <summary>Disabled.</summary>
    Disabled = 4,

    /// <summary>All of them.</summary>
    All = Active | Pending | Disabled,
}

/// <summary>A page of users.</summary>
/// <param name="Users">The page.</param>
/// <param name="Total">Users in the organisation.</param>
/// <param name="TotalFiltered">Users that match.</param>
public sealed record UserPage(ImmutableArray<UserSnapshot> Users, long Total, long TotalFiltered);
