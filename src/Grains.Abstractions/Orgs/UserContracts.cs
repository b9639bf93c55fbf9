using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Orgs;

/// <summary>The state of a user of an organisation.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.UserSnapshot")]
public sealed record UserSnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The user's id.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How many events the user has.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>E-mail address, lower case, unique in the organisation; also the handle.</summary>
    [Id(3)] public required string Email { get; init; }

    /// <summary>Full name; may be empty.</summary>
    [Id(4)] public string Name { get; init; } = "";

    /// <summary>Job title, or null.</summary>
    [Id(5)] public string? Title { get; init; }

    /// <summary>Names of built-in roles, see <see cref="Roles"/>.</summary>
    [Id(6)] public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>True after the user was deleted (which disables: history keeps the person).</summary>
    [Id(7)] public bool Disabled { get; init; }

    /// <summary>False until the user has signed in or was created with a password.</summary>
    [Id(8)] public bool Verified { get; init; }

    /// <summary>True for accounts of programs.</summary>
    [Id(9)] public bool ServiceAccount { get; init; }

    /// <summary>Hash of the password (ASP.NET Core Identity's format), or null. Never leaves the service.</summary>
    [Id(10)] public string? PasswordHash { get; init; }

    /// <summary>When the user was created.</summary>
    [Id(11)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the user was last changed, or null.</summary>
    [Id(12)] public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Projects that the user wants at hand, in the order in which they were marked. Projects that are gone may still be among them.</summary>
    [Id(13)] public ImmutableArray<Guid> FavoriteProjects { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>A change that somebody asks a user's record for.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.UserCommand")]
public abstract record UserCommand;

/// <summary>Creates the user.</summary>
/// <param name="Email">An e-mail address that is not taken in the organisation.</param>
/// <param name="Name">Full name.</param>
/// <param name="Title">Job title, or null.</param>
/// <param name="Roles">Built-in role names; empty gives the standard role.</param>
/// <param name="ServiceAccount">True for programs.</param>
/// <param name="PasswordHash">A hash, or null.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CreateUser")]
public sealed record CreateUser(
    [property: Id(0)] string Email,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Title,
    [property: Id(3)] ImmutableArray<string> Roles,
    [property: Id(4)] bool ServiceAccount = false,
    [property: Id(5)] string? PasswordHash = null) : UserCommand;

/// <summary>Changes what is given and leaves the rest.</summary>
/// <param name="Name">The new name, or null.</param>
/// <param name="Email">The new address, or null.</param>
/// <param name="Disabled">Disable or enable, or null.</param>
/// <param name="Title">The new job title, or null; an empty one takes it away.</param>
[GenerateSerializer, Immutable, Alias("switchboard.UpdateUser")]
public sealed record UpdateUser(
    [property: Id(0)] string? Name,
    [property: Id(1)] string? Email,
    [property: Id(2)] bool? Disabled,
    [property: Id(3)] string? Title = null) : UserCommand;

/// <summary>Gives the user other roles.</summary>
/// <param name="Roles">Built-in role names, at least one.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ChangeRoles")]
public sealed record ChangeRoles([property: Id(0)] ImmutableArray<string> Roles) : UserCommand;

/// <summary>Marks a project as one of the user's favourites. Whether there is such a project is the caller's to know.</summary>
/// <param name="ProjectId">The project.</param>
[GenerateSerializer, Immutable, Alias("switchboard.FavorProject")]
public sealed record FavorProject([property: Id(0)] Guid ProjectId) : UserCommand;

/// <summary>Takes a project from the user's favourites.</summary>
/// <param name="ProjectId">The project.</param>
[GenerateSerializer, Immutable, Alias("switchboard.UnfavorProject")]
public sealed record UnfavorProject([property: Id(0)] Guid ProjectId) : UserCommand;

/// <summary>A fact about a user.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.UserEvent")]
public abstract record UserEvent : DomainEvent;

/// <summary>The user was created. The password's hash is not part of the event: events are published.</summary>
[EventType("user.created"), GenerateSerializer, Immutable, Alias("switchboard.UserCreated")]
public sealed record UserCreated(
    [property: Id(0)] string Email,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Title,
    [property: Id(3)] ImmutableArray<string> Roles,
    [property: Id(4)] bool ServiceAccount) : UserEvent;

/// <summary>The name changed.</summary>
[EventType("user.renamed"), GenerateSerializer, Immutable, Alias("switchboard.UserRenamed")]
public sealed record UserRenamed([property: Id(0)] string From, [property: Id(1)] string To) : UserEvent;

/// <summary>The e-mail address changed.</summary>
[EventType("user.email_changed"), GenerateSerializer, Immutable, Alias("switchboard.UserEmailChanged")]
public sealed record UserEmailChanged([property: Id(0)] string From, [property: Id(1)] string To) : UserEvent;

/// <summary>The job title changed; null stands for none.</summary>
[EventType("user.title_changed"), GenerateSerializer, Immutable, Alias("switchboard.UserTitleChanged")]
public sealed record UserTitleChanged([property: Id(0)] string? From, [property: Id(1)] string? To) : UserEvent;

/// <summary>The user got other roles.</summary>
[EventType("user.roles_changed"), GenerateSerializer, Immutable, Alias("switchboard.UserRolesChanged")]
public sealed record UserRolesChanged([property: Id(0)] ImmutableArray<string> From, [property: Id(1)] ImmutableArray<string> To) : UserEvent;

/// <summary>The user was disabled.</summary>
[EventType("user.disabled"), GenerateSerializer, Immutable, Alias("switchboard.UserDisabled")]
public sealed record UserDisabled : UserEvent;

/// <summary>The user was enabled again.</summary>
[EventType("user.enabled"), GenerateSerializer, Immutable, Alias("switchboard.UserEnabled")]
public sealed record UserEnabled : UserEvent;

/// <summary>The user marked a project as a favourite.</summary>
[EventType("user.project_favored"), GenerateSerializer, Immutable, Alias("switchboard.ProjectFavored")]
public sealed record ProjectFavored([property: Id(0)] Guid ProjectId) : UserEvent;

/// <summary>A project is no longer a favourite of the user.</summary>
[EventType("user.project_unfavored"), GenerateSerializer, Immutable, Alias("switchboard.ProjectUnfavored")]
public sealed record ProjectUnfavored([property: Id(0)] Guid ProjectId) : UserEvent;

/// <summary>One user; the key is <see cref="GrainKeys.Of"/> of organisation and user.</summary>
[Alias("switchboard.IUserGrain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>The user, or null when the organisation has no such user.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<UserSnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Applies a command.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<UserSnapshot>> ExecuteAsync(UserCommand command, CommandContext context, CancellationToken cancellationToken = default);
}
