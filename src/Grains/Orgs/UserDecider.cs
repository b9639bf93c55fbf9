using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>Decides commands on a user. Whether an address is free is known only to the database: see <see cref="EmailTaken"/>.</summary>
internal static class UserDecider
{
    /// <summary>The refusal of an address that another user of the organisation has.</summary>
    public static DomainError EmailTaken { get; } = DomainError.Conflict("a user with this email exists already");

    public static readonly DomainError NotFound = DomainError.NotFound("user not found");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no user.</summary>
    public static Decision<UserEvent> Decide(UserSnapshot? state, UserCommand command) => command switch
    {
        CreateUser c => CheckForm(c) is { } malformed ? malformed
            : state is null ? Create(c)
            : DomainError.Conflict($"user {state.Id} exists already"),
        UpdateUser c => CheckForm(c) is { } malformed ? malformed
            : state is null ? NotFound
            : Update(state, c),
        ChangeRoles c => CheckForm(c) is { } malformed ? malformed
            : state is null ? NotFound
            : Change(state, [.. c.Roles.Distinct(StringComparer.Ordinal)]),
        FavorProject or UnfavorProject => state is null ? NotFound : Favor(state, command),
        _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(UserDecider)}.", nameof(command)),
    };

    private static Decision<UserEvent> Favor(UserSnapshot state, UserCommand command) => command switch
    {
        FavorProject c when !state.FavoriteProjects.Contains(c.ProjectId) => state.FavoriteProjects.Length < Limits.Favorites
            ? new ProjectFavored(c.ProjectId)
            : DomainError.Invalid($"a user may have at most {Limits.Favorites} favourite projects"),
        UnfavorProject c when state.FavoriteProjects.Contains(c.ProjectId) => new ProjectUnfavored(c.ProjectId),
        _ => Decision<UserEvent>.None,
    };

    private static DomainError? CheckForm(CreateUser command) =>
        EmailAddress.Check(command.Email)
        ?? TextRules.Optional("name", command.Name, Limits.Name)
        ?? TextRules.Optional("title", command.Title, Limits.Name)
        ?? CheckRoles(command.Roles);

    private static DomainError? CheckForm(UpdateUser command) =>
        (command.Email is null ? null : EmailAddress.Check(command.Email))
        ?? TextRules.Optional("name", command.Name, Limits.Name)
        ?? TextRules.Optional("title", command.Title, Limits.Name);

    private static DomainError? CheckForm(ChangeRoles command) =>
        command.Roles.IsDefaultOrEmpty ? DomainError.Invalid("a user needs at least one role") : CheckRoles(command.Roles);

    private static Decision<UserEvent> Change(UserSnapshot state, ImmutableArray<string> roles) =>
        state.Roles.SequenceEqual(roles) ? Decision<UserEvent>.None : new UserRolesChanged(state.Roles, roles);

    private static DomainError? CheckRoles(ImmutableArray<string> roles)
    {
        foreach (var role in roles.IsDefault ? [] : roles)
        {
            if (!Roles.All.Contains(role))
            {
                return DomainError.Invalid($"unknown role. Must be one of {string.Join(", ", Roles.All.Order(StringComparer.Ordinal))}");
            }
        }

        return null;
    }

    private static UserCreated Create(CreateUser command) => new(
        EmailAddress.Normalise(command.Email),
        command.Name ?? "",
        command.Title,
        command.Roles.IsDefaultOrEmpty ? [Roles.Standard] : [.. command.Roles.Distinct(StringComparer.Ordinal)],
        command.ServiceAccount);

    private static Decision<UserEvent> Update(UserSnapshot state, UpdateUser command)
    {
        var facts = ImmutableArray.CreateBuilder<UserEvent>();
        if (command.Name is { } name && name != state.Name)
        {
            facts.Add(new UserRenamed(state.Name, name));
        }

        if (command.Email is { } address && EmailAddress.Normalise(address) is var email && email != state.Email)
        {
            facts.Add(new UserEmailChanged(state.Email, email));
        }

        if (command.Title is { } given && (given.Length == 0 ? null : given) is var title && title != state.Title)
        {
            facts.Add(new UserTitleChanged(state.Title, title));
        }

        if (command.Disabled is { } disabled && disabled != state.Disabled)
        {
            facts.Add(disabled ? new UserDisabled() : new UserEnabled());
        }

        return facts.ToImmutable();
    }
}
