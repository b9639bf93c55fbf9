using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Teams;

namespace Switchboard.Grains.Teams;

/// <summary>Decides commands on a team. Whether a handle is free is known only to the database: see <see cref="HandleTaken"/>.</summary>
internal static class TeamDecider
{
    private const int FirstMembers = 500;

    public static readonly DomainError NotFound = DomainError.NotFound("team not found");

    private static readonly DomainError NoMember = DomainError.NotFound("the user is not a member of the team");
    private static readonly DomainError NoLink = DomainError.NotFound("team link not found");

    /// <summary>The refusal of a handle that another team of the organisation has.</summary>
    public static DomainError HandleTaken(string handle) =>
        DomainError.Conflict($"team handle {handle.ToLowerInvariant()} is taken; choose another one");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no team.</summary>
    public static Decision<TeamEvent> Decide(TeamSnapshot? state, TeamCommand command)
    {
        if (CheckForm(command) is { } malformed)
        {
            return malformed;
        }

        if (command is CreateTeam create)
        {
            return state is null
                ? new TeamCreated(Normalise(create.Profile), [.. create.Users.Distinct()])
                : DomainError.Conflict($"team {state.Id} exists already");
        }

        return state is null ? NotFound : Change(state, command);
    }

    private static Decision<TeamEvent> Change(TeamSnapshot state, TeamCommand command) => command switch
    {
        UpdateTeam c => Update(state, c.Profile),
        DeleteTeam => new TeamDeleted(state.Profile.Handle, state.Profile.Name),
        AddTeamMember c => state.Find(c.UserId) is not null ? DomainError.Conflict("the user is a member of the team already")
            : state.Members.Length >= Limits.TeamMembers ? DomainError.Invalid($"a team may have at most {Limits.TeamMembers} members")
            : new TeamMemberAdded(c.UserId, c.Admin),
        ChangeTeamMember c => state.Find(c.UserId) is not { } member ? NoMember
            : member.Admin == c.Admin ? Decision<TeamEvent>.None
            : new TeamMemberChanged(c.UserId, member.Admin, c.Admin),
        RemoveTeamMember c => state.Find(c.UserId) is { } member ? new TeamMemberRemoved(c.UserId, member.Admin) : NoMember,
        AddTeamLink c => state.Links.Any(link => link.Id == c.LinkId) ? DomainError.Conflict($"team link {c.LinkId} exists already")
            : state.Links.Length >= Limits.TeamLinks ? DomainError.Invalid($"a team may have at most {Limits.TeamLinks} links")
            : new TeamLinkAdded(new TeamLink(c.LinkId, c.Label, c.Url, c.Position ?? state.Links.Length)),
        ChangeTeamLink c => Find(state, c.LinkId) is { } link
            ? Change(link, new TeamLink(c.LinkId, c.Label, c.Url, c.Position ?? link.Position))
            : NoLink,
        RemoveTeamLink c => Find(state, c.LinkId) is { } link ? new TeamLinkRemoved(link) : NoLink,
        SetTeamPermission c => SetPermission(c.Action == TeamAction.Edit ? state.Edit : state.ManageMembership, c),
        _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(TeamDecider)}.", nameof(command)),
    };

    private static Decision<TeamEvent> Change(TeamLink from, TeamLink to) =>
        from == to ? Decision<TeamEvent>.None : new TeamLinkChanged(from, to);

    private static Decision<TeamEvent> SetPermission(TeamPermission from, SetTeamPermission command) =>
        from == command.Value ? Decision<TeamEvent>.None : new TeamPermissionChanged(command.Action, from, command.Value);

    private static Decision<TeamEvent> Update(TeamSnapshot state, TeamProfile given)
    {
        var from = state.Profile;
        var to = Normalise(given) with
        {
            Description = given.Description ?? from.Description,
            Avatar = given.Avatar ?? from.Avatar,
            Banner = given.Banner ?? from.Banner,
            VisibleModules = given.VisibleModules ?? from.VisibleModules,
            HiddenModules = given.HiddenModules ?? from.HiddenModules,
        };
        return to == from ? Decision<TeamEvent>.None : new TeamChanged(from, to);
    }

    private static TeamLink? Find(TeamSnapshot state, Guid linkId) => state.Links.FirstOrDefault(link => link.Id == linkId);

    private static TeamProfile Normalise(TeamProfile given) => given with { Handle = given.Handle.ToLowerInvariant() };

    private static DomainError? CheckForm(TeamCommand command) => command switch
    {
        CreateTeam c => CheckProfile(c.Profile)
            ?? (c.Users.Length <= FirstMembers ? null : DomainError.Invalid($"a team begins with at most {FirstMembers} members")),
        UpdateTeam c => CheckProfile(c.Profile),
        AddTeamLink c => CheckLink(c.Label, c.Url, c.Position),
        ChangeTeamLink c => CheckLink(c.Label, c.Url, c.Position),
        SetTeamPermission c => CheckPermission(c),
        _ => null,
    };

    private static DomainError? CheckProfile(TeamProfile profile) =>
        CheckHandle(profile.Handle)
        ?? TextRules.Required("name", profile.Name, Limits.TeamName)
        ?? TextRules.Optional("description", profile.Description, Limits.TeamDescription)
        ?? TextRules.Optional("avatar", profile.Avatar, Limits.Name)
        ?? (profile.Banner is < 0 or > int.MaxValue ? DomainError.Invalid("banner must be a whole number from 0") : null)
        ?? CheckModules("visible_modules", profile.VisibleModules)
        ?? CheckModules("hidden_modules", profile.HiddenModules);

    private static DomainError? CheckHandle(string? handle) =>
        string.IsNullOrEmpty(handle) ? DomainError.Malformed("handle must not be empty")
        : handle.Length <= Limits.TeamHandle && handle.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
            ? null
            : DomainError.Invalid($"invalid team handle. Must be 1 to {Limits.TeamHandle} letters A to Z, digits and - _ . /");

    private static DomainError? CheckModules(string field, ImmutableArray<string>? modules) => modules is not { } given ? null
        : given.Length > Limits.TeamModules ? DomainError.Invalid($"{field} has {given.Length} items; at most {Limits.TeamModules} are allowed")
        : given.Select(module => TextRules.Required($"an item of {field}", module, Limits.Name)).FirstOrDefault(static error => error is not null);

    private static DomainError? CheckLink(string label, string url, int? position) =>
        TextRules.Required("label", label, Limits.Name)
        ?? TextRules.Required("url", url, Limits.TeamLinkUrl)
        ?? (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? null
            : DomainError.Invalid("url must be an absolute http or https address"))
        ?? (position is < 0 ? DomainError.Invalid("position must be a whole number from 0") : null);

    private static DomainError? CheckPermission(SetTeamPermission command) => (command.Action, command.Value) switch
    {
        (TeamAction.Edit, TeamPermission.UserAccessManage) or (TeamAction.ManageMembership, TeamPermission.TeamsManage) =>
            DomainError.Invalid("this value cannot be chosen for this action; the setting's options say which can"),
        _ => null,
    };
}
