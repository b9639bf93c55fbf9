using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Orgs;

namespace Switchboard.Grains.Cases;

/// <summary>Decides commands on a case's details: due date, resolved reason, watchers, insights.</summary>
internal static class CaseDetailRules
{
    public static DomainError? CheckReason(string reason) =>
        TextRules.Required("security_resolved_reason", reason, Limits.ResolvedReason)
        ?? (reason.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_')
            ? null
            : DomainError.Invalid("security_resolved_reason may hold upper-case letters, digits and '_' only, such as FALSE_POSITIVE"));

    public static DomainError? CheckInsights(ImmutableArray<CaseInsight> insights)
    {
        if (insights.IsDefaultOrEmpty || insights.Length > Limits.InsightsAtOnce)
        {
            return DomainError.Malformed(
                $"insights has {(insights.IsDefault ? 0 : insights.Length)} items; 1 to {Limits.InsightsAtOnce} are allowed");
        }

        foreach (var insight in insights)
        {
            var problem = CaseInsightTypes.All.Contains(insight.Type)
                ? TextRules.Required("ref of an insight", insight.Ref, Limits.InsightText)
                    ?? TextRules.Required("resource_id of an insight", insight.ResourceId, Limits.InsightText)
                : DomainError.Malformed($"unknown type of insight. Must be one of {string.Join(", ", CaseInsightTypes.All)}");
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    public static Decision<CaseEvent> ChangeReason(CaseSnapshot state, SetResolvedReason command) =>
        state.TypeId != CaseTypes.Security.Id ? DomainError.Invalid("only a security case has a resolved reason")
        : command.Reason == state.Details.ResolvedReason ? Decision<CaseEvent>.None
        : ClosedReasonRules.ChangeResolvedReason(state, command.Reason);

    public static Decision<CaseEvent> Watch(CaseSnapshot state, Watch command, in CaseFacts facts)
    {
        if (state.Details.Watchers.Contains(command.UserId))
        {
            return Decision<CaseEvent>.None;
        }

        return !facts.AssigneeExists ? UserDecider.NotFound
            : state.Details.Watchers.Length >= Limits.Watchers ? DomainError.Invalid($"a case may have at most {Limits.Watchers} watchers")
            : new WatcherAdded(command.UserId);
    }

    public static Decision<CaseEvent> Unwatch(CaseSnapshot state, Unwatch command) =>
        state.Details.Watchers.Contains(command.UserId) ? new WatcherRemoved(command.UserId) : Decision<CaseEvent>.None;

    public static Decision<CaseEvent> Add(CaseSnapshot state, AddInsights command)
    {
        var present = state.Details.Insights;
        var added = ImmutableArray.CreateBuilder<CaseInsight>();
        foreach (var insight in command.Insights)
        {
            if (!present.Any(insight.IsSameAs) && !added.Any(insight.IsSameAs))
            {
                added.Add(insight);
            }
        }

        return added.Count == 0 ? Decision<CaseEvent>.None
            : present.Length + added.Count > Limits.Insights ? DomainError.Invalid($"a case may have at most {Limits.Insights} insights")
            : new InsightsAdded(added.DrainToImmutable());
    }

    public static Decision<CaseEvent> Remove(CaseSnapshot state, RemoveInsights command)
    {
        var removed = state.Details.Insights.Where(present => command.Insights.Any(present.IsSameAs)).ToImmutableArray();
        return removed.IsEmpty ? Decision<CaseEvent>.None : new InsightsRemoved(removed);
    }

    /// <summary>The details with one more watcher, if there is room and the actor is a person.</summary>
    public static CaseDetails Watched(CaseDetails details, Actor actor) =>
        actor.Kind == ActorKind.User ? Watched(details, actor.Id) : details;

    /// <inheritdoc cref="Watched(CaseDetails, Actor)"/>
    public static CaseDetails Watched(CaseDetails details, Guid userId) =>
        details.Watchers.Contains(userId) || details.Watchers.Length >= Limits.Watchers
            ? details
            : details with { Watchers = details.Watchers.Add(userId) };

    /// <summary>Without the insights given.</summary>
    public static CaseDetails Without(CaseDetails details, ImmutableArray<CaseInsight> removed) =>
        details with { Insights = details.Insights.RemoveAll(present => removed.Any(present.IsSameAs)) };
}
