using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Handlers.CaseLinks;

/// <summary>Which cases follow another into closing. Pure.</summary>
internal static class LinkAction
{
    /// <summary>How many cases may follow one another. Links of one relation cannot lead in a circle; together with people and rules that reopen, they could.</summary>
    public const int MostSteps = 16;

    private const string Cause = "case-link:";

    /// <summary>Whether events of this type may make cases follow.</summary>
    public static bool IsCausedBy(string eventType) => eventType is "case.status_changed" or "case.link_added";

    /// <summary>The case whose closing others are to follow, if the event is about one; it need not be closed now.</summary>
    public static Guid? LeaderOf(EventRecord record, DomainEvent body) => body switch
    {
        StatusChanged { ToGroup: StatusGroup.Closed, FromGroup: not StatusGroup.Closed } => record.StreamId,

        // Both ends have the event: it is dealt with once, where it belongs to the follower.
        LinkAdded { Relationship: CaseLinkNames.Duplicates } link when link.Parent.CaseId == record.StreamId => link.Child.CaseId,
        _ => null,
    };

    /// <summary>
    /// The cases that follow the leader, as its project wants it, each once, with the reason for which they are closed where the link says one;
    /// or the one that was linked just now.
    /// </summary>
    /// <param name="body">The event.</param>
    /// <param name="leader">The case that leads, as it is now.</param>
    /// <param name="rules">What the leader's project wants.</param>
    /// <param name="links">The leader's links.</param>
    public static ImmutableArray<Follower> FollowersOf(DomainEvent body, CaseSnapshot leader, LinkRules rules, ImmutableArray<CaseLink> links)
    {
        if (leader.StatusGroup != StatusGroup.Closed)
        {
            return []; // opened again meanwhile
        }

        // A link that was taken away meanwhile binds nobody.
        var followers = links.Where(link => body is not LinkAdded added || added.LinkId == link.Id).Select(link => link.Relationship switch
        {
            CaseLinkNames.ParentOf when rules.CloseChildren && link.Parent.CaseId == leader.Id => Of(link.Child.CaseId, null),
            CaseLinkNames.Duplicates when rules.CloseDuplicates && link.Child.CaseId == leader.Id => Of(link.Parent.CaseId, ClosedReasons.Duplicate),
            _ => null,
        });
        return [.. followers.OfType<Follower>().DistinctBy(static follower => follower.CaseId)];

        static Follower? Of(Guid? caseId, string? reason) => caseId is { } id ? new Follower(id, reason) : null;
    }

    /// <summary>How many cases have followed one another up to the event.</summary>
    public static int StepsTo(EventRecord record) =>
        record.CausationId is { } cause && cause.StartsWith(Cause, StringComparison.Ordinal) && cause.IndexOf(':', Cause.Length) is > 0 and var end
            && int.TryParse(cause.AsSpan(Cause.Length, end - Cause.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var steps)
            ? steps
            : 0;

    /// <summary>
    /// In whose name a follower is closed: caused by the event, one step on, and the same request however often the event is delivered.
    /// </summary>
    public static CommandContext ContextOf(EventRecord record, Guid follower)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"case-link close {record.EventId:N} {follower:N}");
        return new CommandContext(
            record.OrgId,
            Actor.System,
            record.CorrelationId,
            new IdempotencyKey(key, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))),
            CausationId: string.Create(CultureInfo.InvariantCulture, $"{Cause}{StepsTo(record) + 1}:{record.EventId:N}"));
    }
}

/// <summary>A case that follows another into closing.</summary>
/// <param name="CaseId">The case.</param>
/// <param name="Reason">Why it is closed, one of <see cref="ClosedReasons"/>, or null.</param>
internal readonly record struct Follower(Guid CaseId, string? Reason);
