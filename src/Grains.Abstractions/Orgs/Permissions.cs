using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Switchboard.Orgs;

/// <summary>The names of permissions, which are also the scopes of application keys (case-api specification, 1.2).</summary>
public static class Permissions
{
    /// <summary>See cases, projects, types, timelines.</summary>
    public const string CasesRead = "cases_read";

    /// <summary>Create and change cases and projects.</summary>
    public const string CasesWrite = "cases_write";

    /// <summary>Change case types and custom attributes.</summary>
    public const string CasesSharedSettingsWrite = "cases_shared_settings_write";

    /// <summary>See maintenance windows.</summary>
    public const string EventCorrelationConfigRead = "event_correlation_config_read";

    /// <summary>Change maintenance windows.</summary>
    public const string EventCorrelationConfigWrite = "event_correlation_config_write";

    /// <summary>See schedules and policies.</summary>
    public const string OnCallRead = "on_call_read";

    /// <summary>Change schedules and policies.</summary>
    public const string OnCallWrite = "on_call_write";

    /// <summary>Acknowledge and resolve pages.</summary>
    public const string OnCallRespond = "on_call_respond";

    /// <summary>Page somebody.</summary>
    public const string OnCallPage = "on_call_page";

    /// <summary>Administer on-call.</summary>
    public const string OnCallAdmin = "on_call_admin";

    /// <summary>See users and roles.</summary>
    public const string UserAccessRead = "user_access_read";

    /// <summary>Create, change and disable users.</summary>
    public const string UserAccessManage = "user_access_manage";

    /// <summary>See teams and who is in them.</summary>
    public const string TeamsRead = "teams_read";

    /// <summary>Create teams, and change them where a team does not say otherwise. Who is in a team is another matter.</summary>
    public const string TeamsManage = "teams_manage";

    /// <summary>Create, change and revoke API keys.</summary>
    public const string ApiKeysWrite = "api_keys_write";

    /// <summary>Create, change and revoke one's own tokens.</summary>
    public const string UserAppKeys = "user_app_keys";

    /// <summary>See everybody's tokens.</summary>
    public const string OrgAppKeysRead = "org_app_keys_read";

    /// <summary>Change and revoke everybody's tokens.</summary>
    public const string OrgAppKeysWrite = "org_app_keys_write";

    /// <summary>See who did what.</summary>
    public const string AuditLogsRead = "audit_logs_read";

    /// <summary>Every permission there is.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.ToFrozenSet(
    [
        CasesRead, CasesWrite, CasesSharedSettingsWrite, EventCorrelationConfigRead, EventCorrelationConfigWrite,
        OnCallRead, OnCallWrite, OnCallRespond, OnCallPage, OnCallAdmin, UserAccessRead, UserAccessManage, ApiKeysWrite,
        AuditLogsRead, TeamsRead, TeamsManage, UserAppKeys, OrgAppKeysRead, OrgAppKeysWrite,
    ]);
}

/// <summary>The built-in roles and what they may do.</summary>
public static class Roles
{
    /// <summary>May do everything.</summary>
    public const string Admin = "Datadog Admin Role";

    /// <summary>May work: read and write, but not administer people and keys.</summary>
    public const string Standard = "Datadog Standard Role";

    /// <summary>May look.</summary>
    public const string ReadOnly = "Datadog Read Only Role";

    private static readonly FrozenDictionary<string, ImmutableArray<string>> Granted = new Dictionary<string, ImmutableArray<string>>
    {
        [Admin] = [.. Permissions.All.Order(StringComparer.Ordinal)],
        [Standard] =
        [
            Permissions.CasesRead, Permissions.CasesWrite, Permissions.CasesSharedSettingsWrite,
            Permissions.EventCorrelationConfigRead, Permissions.EventCorrelationConfigWrite,
            Permissions.OnCallRead, Permissions.OnCallWrite, Permissions.OnCallRespond, Permissions.OnCallPage,
            Permissions.UserAccessRead, Permissions.TeamsRead, Permissions.TeamsManage, Permissions.UserAppKeys,
        ],
        [ReadOnly] = [Permissions.CasesRead, Permissions.EventCorrelationConfigRead, Permissions.OnCallRead, Permissions.UserAccessRead, Permissions.TeamsRead],
    }.ToFrozenDictionary();

    /// <summary>The names of all built-in roles.</summary>
    public static IEnumerable<string> All => Granted.Keys;

    /// <summary>What a role grants; nothing for an unknown role.</summary>
    public static ImmutableArray<string> PermissionsOf(string role) => Granted.GetValueOrDefault(role, []);
}
