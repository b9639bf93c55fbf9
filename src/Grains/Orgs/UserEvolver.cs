using Switchboard.Grains.Aggregates;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>
/// The state of a user after an event. The password's hash is not in the events, because events are published: a row that is
/// rebuilt from them has none, and its user must set a new password.
/// </summary>
internal static class UserEvolver
{
    /// <summary>The next state.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="fact">The event.</param>
    /// <param name="stamp">When, who, where.</param>
    /// <param name="passwordHash">The hash that came with the command which creates the user, or null.</param>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static UserSnapshot Evolve(UserSnapshot? state, UserEvent fact, in EventStamp stamp, string? passwordHash = null)
    {
        if (fact is UserCreated created)
        {
            return Create(created, stamp, passwordHash);
        }

        if (state is null || state.Version + 1 != stamp.Version)
        {
            throw new InvalidOperationException(
                $"Event {stamp.Version} ({fact.GetType().Name}) of user {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        var modified = state with { Version = stamp.Version, ModifiedAt = stamp.At };
        return fact switch
        {
            ProjectFavored e => state with { Version = stamp.Version, FavoriteProjects = state.FavoriteProjects.Add(e.ProjectId) },
            ProjectUnfavored e => state with { Version = stamp.Version, FavoriteProjects = state.FavoriteProjects.Remove(e.ProjectId) },
            UserRenamed e => modified with { Name = e.To },
            UserEmailChanged e => modified with { Email = e.To },
            UserTitleChanged e => modified with { Title = e.To },
            UserRolesChanged e => modified with { Roles = e.To },
            UserDisabled => modified with { Disabled = true },
            UserEnabled => modified with { Disabled = false },
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(UserEvolver)}.", nameof(fact)),
        };
    }

    private static UserSnapshot Create(UserCreated fact, in EventStamp stamp, string? passwordHash) => new()
    {
        OrgId = stamp.Stream.OrgId,
        Id = stamp.Stream.Id,
        Version = stamp.Version,
        Email = fact.Email,
        Name = fact.Name,
        Title = fact.Title,
        Roles = fact.Roles,
        ServiceAccount = fact.ServiceAccount,
        Verified = passwordHash is not null,
        PasswordHash = passwordHash,
        CreatedAt = stamp.At,
    };
}
