using System.Collections.Immutable;
using System.Text.Json;
using Orleans;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>
/// People of a project: users of the organisation. An invitation is a user who has not signed in yet. The scopes of people are the built-in
/// roles: <c>admin</c> (also said as <c>owner</c>), <c>member</c>, and <c>usage:read</c> for those who may only look.
/// </summary>
internal sealed class ProjectPeople(IGrainFactory grains, IOrgDirectory directory, People people)
{
    private const int Page = 500;

    /// <summary>Users in these states, oldest first.</summary>
    public async ValueTask<ImmutableArray<UserSnapshot>> ListAsync(Guid orgId, UserStatuses statuses, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<UserSnapshot>();
        for (var page = 0; ; page++)
        {
            var users = (await directory.ListUsersAsync(new UserQuery(orgId, null, statuses, "created_at", false, Page, page), cancellationToken)).Users;
            all.AddRange(users);
            if (users.Length < Page)
            {
                return all.DrainToImmutable();
            }
        }
    }

    /// <summary>Who stands for the organisation's keys, which have no user of their own: its first administrator.</summary>
    public async ValueTask<UserSnapshot?> HolderAsync(Guid orgId, CancellationToken cancellationToken)
    {
        var users = (await directory.ListUsersAsync(new UserQuery(orgId, null, UserStatuses.Active, "created_at", false, Page, 0), cancellationToken)).Users;
        return users.FirstOrDefault(static user => user.Roles.Contains(Roles.Admin)) ?? users.FirstOrDefault();
    }

    /// <summary>A user of the organisation.</summary>
    public async ValueTask<UserSnapshot?> FindAsync(Guid orgId, Guid? userId, CancellationToken cancellationToken) => userId is { } id
        ? await grains.GetGrain<IUserGrain>(GrainKeys.Of(orgId, id)).GetAsync(cancellationToken)
        : null;

    /// <summary>Changes a user.</summary>
    public async ValueTask<Outcome<UserSnapshot>> ExecuteAsync(SpeechCall call, Guid userId, UserCommand command)
    {
        var outcome = await grains.GetGrain<IUserGrain>(GrainKeys.Of(call.OrgId, userId)).ExecuteAsync(command, call.Command, call.Aborted);
        if (outcome.Succeeded)
        {
            people.Changed(outcome.Value);
        }

        return outcome;
    }

    /// <summary>Whether nobody else could administer the organisation.</summary>
    public async ValueTask<bool> IsLastAdminAsync(UserSnapshot user, CancellationToken cancellationToken) => user.Roles.Contains(Roles.Admin)
        && !(await ListAsync(user.OrgId, UserStatuses.Active, cancellationToken)).Any(other => other.Id != user.Id && other.Roles.Contains(Roles.Admin));

    /// <summary>The role that a scope stands for; null for one that people cannot have.</summary>
    public static string? RoleOf(string? scope) => scope switch
    {
        SpeechScopes.Owner or SpeechScopes.Admin => Roles.Admin,
        SpeechScopes.Member => Roles.Standard,
        SpeechScopes.UsageRead => Roles.ReadOnly,
        _ => null,
    };

    /// <summary>The scopes that a user's roles come to.</summary>
    public static ImmutableArray<string> ScopesOf(UserSnapshot user) =>
        user.Roles.Contains(Roles.Admin) ? [SpeechScopes.Admin]
        : user.Roles.Contains(Roles.Standard) ? [SpeechScopes.Member]
        : user.Roles.Contains(Roles.ReadOnly) ? [SpeechScopes.UsageRead]
        : [];

    /// <summary>What is said about a scope that people cannot have.</summary>
    public static SpeechError UnknownScope { get; } = SpeechCall.Bad("scope must be one of owner, admin, member, usage:read");

    /// <summary>The members that name a person; the name's first word is the first name.</summary>
    public static void Write(Utf8JsonWriter json, UserSnapshot? user)
    {
        var name = user?.Name ?? "";
        var space = name.IndexOf(' ', StringComparison.Ordinal);
        json.WriteString("member_id"u8, user?.Id ?? Guid.Empty);
        json.WriteString("email"u8, user?.Email ?? "");
        json.WriteString("first_name"u8, space < 0 ? name : name[..space]);
        json.WriteString("last_name"u8, space < 0 ? "" : name[(space + 1)..]);
    }
}
