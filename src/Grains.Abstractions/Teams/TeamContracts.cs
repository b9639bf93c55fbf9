using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Teams;

/// <summary>The state of a team after its event number <see cref="Version"/>.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.TeamSnapshot")]
public sealed record TeamSnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The team's id.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How many events it has.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>What people read about it.</summary>
    [Id(3)] public required TeamProfile Profile { get; init; }

    /// <summary>In the order in which they joined.</summary>
    [Id(4)] public ImmutableArray<TeamMember> Members { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>In order of their positions, then of their making.</summary>
    [Id(5)] public ImmutableArray<TeamLink> Links { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Who may change the profile and the links.</summary>
    [Id(6)] public TeamPermission Edit { get; init; } = TeamPermission.TeamsManage;

    /// <summary>Who may add and remove members.</summary>
    [Id(7)] public TeamPermission ManageMembership { get; init; } = TeamPermission.Admins;

    /// <summary>When it was made.</summary>
    [Id(8)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed, or null.</summary>
    [Id(9)] public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>A member, or null.</summary>
    public TeamMember? Find(Guid userId) => Members.FirstOrDefault(member => member.UserId == userId);
}

/// <summary>What people read about a team.</summary>
/// <param name="Handle">Lower case, unique in the organisation; what the attribute <c>team</c> of cases has.</param>
/// <param name="Name">Display name.</param>
/// <param name="Description">Free text, or null.</param>
/// <param name="Avatar">An emoji or a picture's address, or null.</param>
/// <param name="Banner">The number of a picture, or null.</param>
/// <param name="VisibleModules">Parts of the team's page that are shown; null for the usual ones.</param>
/// <param name="HiddenModules">Parts that are not.</param>
[GenerateSerializer, Immutable, Alias("switchboard.TeamProfile")]
public sealed record TeamProfile(
    [property: Id(0)] string Handle,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Description = null,
    [property: Id(3)] string? Avatar = null,
    [property: Id(4)] long? Banner = null,
    [property: Id(5)] ImmutableArray<string>? VisibleModules = null,
    [property: Id(6)] ImmutableArray<string>? HiddenModules = null)
{
    /// <inheritdoc/>
    public bool Equals(TeamProfile? other) => other is not null
        && (Handle, Name, Description, Avatar, Banner) == (other.Handle, other.Name, other.Description, other.Avatar, other.Banner)
        && Same(VisibleModules, other.VisibleModules)
        && Same(HiddenModules, other.HiddenModules);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Handle, Name);

    private static bool Same(ImmutableArray<string>? left, ImmutableArray<string>? right) =>
        left is null || right is null ? left is null && right is null : left.Value.SequenceEqual(right.Value, StringComparer.Ordinal);
}

/// <summary>Somebody in a team.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Admin">Whether the member may look after the team.</param>
[GenerateSerializer, Immutable, Alias("switchboard.TeamMember")]
public sealed record TeamMember([property: Id(0)] Guid UserId, [property: Id(1)] bool Admin);

/// <summary>A link on a team's page.</summary>
/// <param name="Id">The link's id.</param>
/// <param name="Label">What is shown.</param>
/// <param name="Url">Where it leads, http or https.</param>
/// <param name="Position">Its place among the links.</param>
[GenerateSerializer, Immutable, Alias("switchboard.TeamLink")]
public sealed record TeamLink(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string Label,
    [property: Id(2)] string Url,
    [property: Id(3)] int Position);

/// <summary>What a team may let people do.</summary>
[GenerateSerializer, Alias("switchboard.TeamAction")]
public enum TeamAction
{
    /// <summary>Change the profile and the links.</summary>
    Edit = 0,

    /// <summary>Add and remove members.</summary>
    ManageMembership = 1,
}

/// <summary>Who may do it, beside those who manage access to the organisation, who always may.</summary>
[GenerateSerializer, Alias("switchboard.TeamPermission")]
public enum TeamPermission
{
    /// <summary>The team's admins.</summary>
    Admins = 0,

    /// <summary>Its members.</summary>
    Members = 1,

    /// <summary>Everybody in the organisation.</summary>
    Organization = 2,

    /// <summary>Nobody else.</summary>
    UserAccessManage = 3,

    /// <summary>Whoever may manage teams.</summary>
    TeamsManage = 4,
}

/// <summary>A change that somebody asks a team for. Whether the caller may is the door's to know.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.TeamCommand")]
public abstract record TeamCommand;

/// <summary>Creates the team.</summary>
/// <param name="Profile">Its profile.</param>
/// <param name="Users">Its first members.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CreateTeam")]
public sealed record CreateTeam([property: Id(0)] TeamProfile Profile, [property: Id(1)] ImmutableArray<Guid> Users) : TeamCommand;

/// <summary>Changes handle and name, and of the rest what is given.</summary>
/// <param name="Profile">The new profile; null in it leaves a part as it is.</param>
[GenerateSerializer, Immutable, Alias("switchboard.UpdateTeam")]
public sealed record UpdateTeam([property: Id(0)] TeamProfile Profile) : TeamCommand;

/// <summary>Deletes the team; projects that belong to it then belong to none.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.DeleteTeam")]
public sealed record DeleteTeam : TeamCommand;

/// <summary>Adds a member.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.AddTeamMember")]
public sealed record AddTeamMember([property: Id(0)] Guid UserId, [property: Id(1)] bool Admin) : TeamCommand;

/// <summary>Makes a member an admin, or an ordinary one.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ChangeTeamMember")]
public sealed record ChangeTeamMember([property: Id(0)] Guid UserId, [property: Id(1)] bool Admin) : TeamCommand;

/// <summary>Takes a member out.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.RemoveTeamMember")]
public sealed record RemoveTeamMember([property: Id(0)] Guid UserId) : TeamCommand;

/// <summary>Adds a link.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.AddTeamLink")]
public sealed record AddTeamLink([property: Id(0)] Guid LinkId, [property: Id(1)] string Label, [property: Id(2)] string Url, [property: Id(3)] int? Position) : TeamCommand;

/// <summary>Changes a link; without a position it stays where it is.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ChangeTeamLink")]
public sealed record ChangeTeamLink([property: Id(0)] Guid LinkId, [property: Id(1)] string Label, [property: Id(2)] string Url, [property: Id(3)] int? Position) : TeamCommand;

/// <summary>Takes a link away.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.RemoveTeamLink")]
public sealed record RemoveTeamLink([property: Id(0)] Guid LinkId) : TeamCommand;

/// <summary>Says who may do something.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.SetTeamPermission")]
public sealed record SetTeamPermission([property: Id(0)] TeamAction Action, [property: Id(1)] TeamPermission Value) : TeamCommand;

/// <summary>A fact about a team.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.TeamEvent")]
public abstract record TeamEvent : DomainEvent;

/// <summary>The team was created.</summary>
[EventType("team.created"), GenerateSerializer, Immutable, Alias("switchboard.TeamCreated")]
public sealed record TeamCreated([property: Id(0)] TeamProfile Profile, [property: Id(1)] ImmutableArray<Guid> Users) : TeamEvent;

/// <summary>The profile changed.</summary>
[EventType("team.changed"), GenerateSerializer, Immutable, Alias("switchboard.TeamChanged")]
public sealed record TeamChanged([property: Id(0)] TeamProfile From, [property: Id(1)] TeamProfile To) : TeamEvent;

/// <summary>The team was deleted.</summary>
[EventType("team.deleted"), GenerateSerializer, Immutable, Alias("switchboard.TeamDeleted")]
public sealed record TeamDeleted([property: Id(0)] string Handle, [property: Id(1)] string Name) : TeamEvent;

/// <summary>Somebody joined.</summary>
[EventType("team.member_added"), GenerateSerializer, Immutable, Alias("switchboard.TeamMemberAdded")]
public sealed record TeamMemberAdded([property: Id(0)] Guid UserId, [property: Id(1)] bool Admin) : TeamEvent;

/// <summary>A member became an admin, or ceased to be one.</summary>
/// <param name="UserId">The member.</param>
/// <param name="From">Whether the member was an admin.</param>
/// <param name="To">Whether the member is one.</param>
[EventType("team.member_changed"), GenerateSerializer, Immutable, Alias("switchboard.TeamMemberChanged")]
public sealed record TeamMemberChanged([property: Id(0)] Guid UserId, [property: Id(1)] bool From, [property: Id(2)] bool To) : TeamEvent;

/// <summary>Somebody left.</summary>
[EventType("team.member_removed"), GenerateSerializer, Immutable, Alias("switchboard.TeamMemberRemoved")]
public sealed record TeamMemberRemoved([property: Id(0)] Guid UserId, [property: Id(1)] bool Admin) : TeamEvent;

/// <summary>A link was added.</summary>
[EventType("team.link_added"), GenerateSerializer, Immutable, Alias("switchboard.TeamLinkAdded")]
public sealed record TeamLinkAdded([property: Id(0)] TeamLink Link) : TeamEvent;

/// <summary>A link changed.</summary>
[EventType("team.link_changed"), GenerateSerializer, Immutable, Alias("switchboard.TeamLinkChanged")]
public sealed record TeamLinkChanged([property: Id(0)] TeamLink From, [property: Id(1)] TeamLink To) : TeamEvent;

/// <summary>A link was taken away.</summary>
[EventType("team.link_removed"), GenerateSerializer, Immutable, Alias("switchboard.TeamLinkRemoved")]
public sealed record TeamLinkRemoved([property: Id(0)] TeamLink Link) : TeamEvent;

/// <summary>Others may do something.</summary>
[EventType("team.permission_changed"), GenerateSerializer, Immutable, Alias("switchboard.TeamPermissionChanged")]
public sealed record TeamPermissionChanged(
    [property: Id(0)] TeamAction Action, [property: Id(1)] TeamPermission From, [property: Id(2)] TeamPermission To) : TeamEvent;

/// <summary>One team; the key is <see cref="GrainKeys.Of"/> of organisation and team.</summary>
[Alias("switchboard.ITeamGrain")]
public interface ITeamGrain : IGrainWithStringKey
{
    /// <summary>The team, or null when the organisation has no such team (or has no longer).</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<TeamSnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Applies a command. After <see cref="DeleteTeam"/> the answer's snapshot is the last one before the deletion.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<TeamSnapshot>> ExecuteAsync(TeamCommand command, CommandContext context, CancellationToken cancellationToken = default);
}
