using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Timeline;

namespace Switchboard.Grains.Cases;

/// <summary>Turns a decided merge into the events and rows of both cases.</summary>
internal static class MergePlan
{
    public static Plan<CaseSnapshot, CaseSnapshot> Of(
        CaseSnapshot? state, MergeCommand command, MergeDecision decision, in MergeFacts facts, in PlanOrigin origin)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Own.IsEmpty)
        {
            return Plan<CaseSnapshot, CaseSnapshot>.Unchanged(state, facts.Other!);
        }

        var plan = CasePlan.Of(state, decision.Own, origin);
        var changes = plan.Changes.ToBuilder();
        var merging = command is MergeInto;
        if (merging)
        {
            changes.Add(new MergeWritten(origin.Stream.OrgId, origin.Stream.Id, facts.Other!.Id));
        }
        else
        {
            changes.Add(new MergeErased(origin.Stream.OrgId, origin.Stream.Id));
        }

        var added = decision.Own.OfType<LinkAdded>().FirstOrDefault();
        StateChange? link = added is not null ? new LinkWritten(Made(added, origin))
            : decision.Own.Any(static fact => fact is LinkRemoved) ? new LinkErased(facts.Link!)
            : null;
        if (link is not null)
        {
            changes.Insert(0, link);
        }

        CaseSnapshot? other = null;
        if (!decision.Other.IsEmpty)
        {
            changes.Add(Fold(facts.Other!, decision.Other, origin, out other));
        }

        return new(plan.Next, merging ? other! : plan.Answer!, plan.Events, changes.ToImmutable());
    }

    private static OtherCaseWritten Fold(CaseSnapshot before, ImmutableArray<CaseEvent> facts, in PlanOrigin origin, out CaseSnapshot after)
    {
        var cells = ImmutableArray.CreateBuilder<TimelineCell>(facts.Length);
        var there = origin with { Stream = origin.Stream with { Id = before.Id } };
        after = Folding.Fold<CaseSnapshot, CaseEvent>(
            before, before.Version, facts, there, CaseEvolver.Evolve, out var events, (fact, stamp) => cells.Add(CaseTimeline.CellOf(fact, stamp, null)!))!;
        return new OtherCaseWritten(after, before.Version, events, cells.ToImmutable());
    }

    private static CaseLink Made(LinkAdded fact, in PlanOrigin origin) =>
        new(fact.LinkId, origin.Stream.OrgId, fact.Relationship, fact.Parent, fact.Child, origin.Now, origin.Actor.Id);
}
