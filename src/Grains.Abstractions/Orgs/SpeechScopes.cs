using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Switchboard.Orgs;

/// <summary>
/// What an API key may do in the speech API (speech API specification, section 4): roles, and single scopes. A scope includes those below
/// it: <c>members:write</c> includes <c>members:write:kick</c>.
/// </summary>
public static class SpeechScopes
{
    /// <summary>May do everything.</summary>
    public const string Owner = "owner";

    /// <summary>Everything but to end the project.</summary>
    public const string Admin = "admin";

    /// <summary>May transcribe, hand out short-lived tokens, and see usage and people.</summary>
    public const string Member = "member";

    /// <summary>May transcribe.</summary>
    public const string UsageWrite = "usage:write";

    /// <summary>See usage and requests.</summary>
    public const string UsageRead = "usage:read";

    /// <summary>See keys.</summary>
    public const string KeysRead = "keys:read";

    /// <summary>Create and revoke keys.</summary>
    public const string KeysWrite = "keys:write";

    /// <summary>See members.</summary>
    public const string MembersRead = "members:read";

    /// <summary>See what members may do.</summary>
    public const string MembersReadScopes = "members:read:scopes";

    /// <summary>See invitations.</summary>
    public const string MembersReadInvites = "members:read:invites";

    /// <summary>Change members.</summary>
    public const string MembersWrite = "members:write";

    /// <summary>Change what members may do.</summary>
    public const string MembersWriteScopes = "members:write:scopes";

    /// <summary>Invite people.</summary>
    public const string MembersWriteInvites = "members:write:invites";

    /// <summary>Remove members.</summary>
    public const string MembersWriteKick = "members:write:kick";

    /// <summary>See the project.</summary>
    public const string ProjectRead = "project:read";

    /// <summary>Change the project.</summary>
    public const string ProjectWrite = "project:write";

    /// <summary>Change the project's settings and limits.</summary>
    public const string ProjectWriteSettings = "project:write:settings";

    /// <summary>End the project.</summary>
    public const string ProjectWriteDestroy = "project:write:destroy";

    /// <summary>See balances, prices and invoices.</summary>
    public const string BillingRead = "billing:read";

    /// <summary>For <see cref="Grants"/>: anything at all.</summary>
    public const string Any = "";

    private static readonly FrozenSet<string> OfMembers =
        FrozenSet.ToFrozenSet([Any, UsageWrite, UsageRead, ProjectRead, MembersRead, MembersReadScopes, Member]);

    /// <summary>Every scope there is.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.ToFrozenSet(
    [
        Owner, Admin, Member, UsageWrite, UsageRead, KeysRead, KeysWrite, MembersRead, MembersReadScopes, MembersReadInvites, MembersWrite,
        MembersWriteScopes, MembersWriteInvites, MembersWriteKick, ProjectRead, ProjectWrite, ProjectWriteSettings, ProjectWriteDestroy,
        BillingRead,
    ]);

    /// <summary>Whether a key with these scopes may do something. A key without any scope at all is a member's.</summary>
    /// <param name="held">The key's scopes; what else is among them (permissions of the case API) gives nothing.</param>
    /// <param name="wanted">A scope or a role, or <see cref="Any"/>.</param>
    public static bool Grants(ImmutableArray<string> held, string wanted)
    {
        if (held.IsDefaultOrEmpty)
        {
            return OfMembers.Contains(wanted);
        }

        foreach (var scope in held)
        {
            if (Includes(scope, wanted))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Includes(string scope, string wanted) => scope switch
    {
        Owner => true,
        Admin => wanted is not (Owner or ProjectWriteDestroy or ProjectWrite),
        Member => OfMembers.Contains(wanted),
        _ when wanted.Length == 0 => All.Contains(scope),
        _ => wanted.StartsWith(scope, StringComparison.Ordinal) && (wanted.Length == scope.Length || wanted[scope.Length] == ':'),
    };
}
