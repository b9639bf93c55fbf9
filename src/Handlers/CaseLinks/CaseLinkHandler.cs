using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.Cases;
using Switchboard.Projects;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.CaseLinks;

/// <summary>
/// Lets linked cases act on each other: closing a parent may close its children, and a duplicate follows its original's closing. Its
/// effect is a command to the other case; one that is closed already is left alone, so every chain ends.
/// </summary>
internal sealed partial class CaseLinkHandler(IGrainFactory grains, ICaseLinks links, ILogger<CaseLinkHandler> logger) : OutsideHandler
{
    /// <summary>Its name and policy.</summary>
    public static Flavor Definition { get; } = new("case-link");

    public override Flavor Flavor => Definition;

    public override bool Wants(EventRecord record) => LinkAction.IsCausedBy(record.Type) && record.Tenant == TenantDatabases.CaseManagementTenant;

    public override async ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken)
    {
        var (record, body) = (handled.Record, handled.Body);
        if (LinkAction.LeaderOf(record, body) is not { } leaderId)
        {
            return;
        }

        if (await CaseOf(record.OrgId, leaderId).GetAsync(cancellationToken) is not { } leader)
        {
            return; // deleted
        }

        if (leader.Details.Merged is not null)
        {
            return; // what is linked to a duplicate follows the case that it went into
        }

        var project = await grains.GetGrain<IProjectGrain>(GrainKeys.Of(record.OrgId, leader.ProjectId)).GetAsync(cancellationToken);
        var rules = LinkRules.Of(project?.Settings ?? ImmutableSortedDictionary<string, string>.Empty);
        var followers = LinkAction.FollowersOf(body, leader, rules, await ReadAsync(leader, cancellationToken));
        if (followers.IsEmpty)
        {
            return;
        }

        if (LinkAction.StepsTo(record) >= LinkAction.MostSteps)
        {
            LogTooFar(LinkAction.MostSteps, leaderId, followers.Length);
            return;
        }

        foreach (var (follower, reason) in followers)
        {
            await CloseAsync(record, follower, reason, cancellationToken);
        }
    }

    private async ValueTask CloseAsync(EventRecord record, Guid follower, string? reason, CancellationToken cancellationToken)
    {
        var grain = CaseOf(record.OrgId, follower);
        if (await grain.GetAsync(cancellationToken) is not { StatusGroup: not StatusGroup.Closed })
        {
            return;
        }

        var outcome = await grain.ExecuteAsync(new SetStatus(null, StatusGroup.Closed, reason), LinkAction.ContextOf(record, follower), cancellationToken);
        if (outcome.Error is { Kind: not ErrorKind.NotFound } error)
        {
            throw new InvalidOperationException($"Case {follower} could not follow {record.StreamId} into closing: {error.Title}. {error.Detail}");
        }
    }

    /// <summary>The leader's links; those of duplicates that were merged into it read as its own.</summary>
    private async ValueTask<ImmutableArray<CaseLink>> ReadAsync(CaseSnapshot leader, CancellationToken cancellationToken)
    {
        var own = LinkEnd.Case(leader.Id);
        if (leader.Details.Absorbed.IsEmpty)
        {
            return await links.ListAsync(leader.OrgId, own, null, cancellationToken);
        }

        var joined = await links.ListJoinedAsync(leader.OrgId, leader.Id, null, cancellationToken);
        var duplicates = leader.Details.Absorbed.Select(static one => LinkEnd.Case(one.CaseId)).ToHashSet();
        return [.. joined.Select(link => link.Parent == own || link.Child == own ? link
            : duplicates.Contains(link.Parent) ? link with { Parent = own }
            : link with { Child = own })];
    }

    private ICaseGrain CaseOf(Guid orgId, Guid caseId) => grains.GetGrain<ICaseGrain>(GrainKeys.Of(orgId, caseId));

    [LoggerMessage(
        7340, LogLevel.Warning,
        "More than {Most} cases have followed one another into closing; those that are linked to case {CaseId} ({Followers}) are left open. Look for links that "
        + "lead in a circle.")]
    private partial void LogTooFar(int most, Guid caseId, int followers);
}
