using System.Collections.Immutable;
using Switchboard.Grains.Aggregates;
using Switchboard.Teams;

namespace Switchboard.Grains.Teams;

/// <summary>The state of a team after an event.</summary>
internal static class TeamEvolver
{
    /// <summary>The next state; null after the team was deleted.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static TeamSnapshot? Evolve(TeamSnapshot? state, TeamEvent fact, in EventStamp stamp)
    {
        if (fact is TeamCreated created)
        {
            return new TeamSnapshot
            {
                OrgId = stamp.Stream.OrgId,
                Id = stamp.Stream.Id,
                Version = stamp.Version,
                Profile = created.Profile,
                Members = [.. created.Users.Select(static user => new TeamMember(user, Admin: false))],
                CreatedAt = stamp.At,
            };
        }

        if (state is null || state.Version + 1 != stamp.Version)
        {
            throw new InvalidOperationException(
                $"Event {stamp.Version} ({fact.GetType().Name}) of team {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        var next = state with { Version = stamp.Version, ModifiedAt = stamp.At };
        return fact switch
        {
            TeamChanged e => next with { Profile = e.To },
            TeamDeleted => null,
            TeamMemberAdded e => next with { Members = state.Members.Add(new TeamMember(e.UserId, e.Admin)) },
            TeamMemberChanged e => next with { Members = [.. state.Members.Select(member => member.UserId == e.UserId ? member with { Admin = e.To } : member)] },
            TeamMemberRemoved e => next with { Members = state.Members.RemoveAll(member => member.UserId == e.UserId) },
            TeamLinkAdded e => next with { Links = InOrder([.. state.Links, e.Link]) },
            TeamLinkChanged e => next with { Links = InOrder(state.Links.Select(link => link.Id == e.To.Id ? e.To : link)) },
            TeamLinkRemoved e => next with { Links = state.Links.RemoveAll(link => link.Id == e.Link.Id) },
            TeamPermissionChanged { Action: TeamAction.Edit } e => next with { Edit = e.To },
            TeamPermissionChanged e => next with { ManageMembership = e.To },
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(TeamEvolver)}.", nameof(fact)),
        };
    }

    private static ImmutableArray<TeamLink> InOrder(IEnumerable<TeamLink> links) => [.. links.OrderBy(static link => link.Position)];
}
