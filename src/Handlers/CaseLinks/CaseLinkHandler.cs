using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.CaseLinks;

/// <summary>
/// Lets linked cases act on each other: closing a parent may close its children, and a duplicate follows its original's closing. Its
/// effect is a command to the other case; one that is closed already is left alone, so every chain ends.
/// </summary>
/// <remarks>
/// What is the case is read from the rows, which hold the event: a grain of this process may have read its case before another process
/// wrote it.
/// </remarks>
internal sealed partial class CaseLinkHandler(
    IGrainFactory grains,
    IAggregateRows<CaseSnapshot> cases,
    IAggregateRows<ProjectSnapshot> projects,
    ICaseLinks links,
    ILogger<CaseLinkHandler> logger) : OutsideHandler
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

        if (await cases.LoadAsync(record.OrgId, leaderId, cancellationToken) is not { } leader)
        {
            return; // deleted
        }

        if (leader.Details.Merged is not null)
        {
            return; // what is linked to a duplicate follows the case that it went into
        }

        var project = await projects.LoadAsync(record.OrgId, leader.ProjectId, cancellationToken);
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
        if (await cases.LoadAsync(record.OrgId, follower, cancellationToken) is not { StatusGroup: not StatusGroup.Closed })
        {
            return;
        }

        // The command has an idempotency key, so it is appended, whatever it decides, and an older copy is found out.
        var grain = grains.GetGrain<ICaseGrain>(GrainKeys.Of(record.OrgId, follower));
        var outcome = await grain.ExecuteAsync(new SetStatus(null, StatusGroup.Closed, reason), LinkAction.ContextOf(record, follower), cancellationToken);
        if (outcome.Error is { Kind: not ErrorKind.NotFound } error)
        {
            // A refusal is not appended: the next attempt is to decide on the case as it is.
            await grain.RefreshAsync(cancellationToken);
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

    [LoggerMessage(
        7340, LogLevel.Warning,
        "More than {Most} cases have followed one another into closing; those that are linked to case {CaseId} ({Followers}) are left open. Look for links that "
        + "lead in a circle.")]
    private partial void LogTooFar(int most, Guid caseId, int followers);
}
