using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Cases;

/// <summary>Turns a decision on a link into the events and rows to write, at both ends.</summary>
internal static class LinkPlan
{
    public static Plan<CaseSnapshot, CaseLink> Of(
        CaseSnapshot? state, in Decision<CaseEvent> decision, in PlanOrigin origin, CaseLink? known)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        var fact = decision.Events[0];
        var link = known ?? Made((LinkAdded)fact, origin);
        StateChange row = fact is LinkAdded ? new LinkWritten(link) : new LinkErased(link);
        var plan = CasePlan.Of(state, decision, origin);
        var changes = plan.Changes.Insert(0, row);
        return new(plan.Next, link, plan.Events, link.EchoId is { } other ? changes.Add(Echo(fact, other, origin)) : changes);
    }

    private static CaseLink Made(LinkAdded fact, in PlanOrigin origin) =>
        new(fact.LinkId, origin.Stream.OrgId, fact.Relationship, fact.Parent, fact.Child, origin.Now, origin.Actor.Id);

    private static CaseEchoed Echo(CaseEvent fact, Guid otherId, in PlanOrigin origin)
    {
        // The version is known only to the other case's row: the store puts it in.
        var stamp = new EventStamp(origin.Stream with { Id = otherId }, 0, Guid.CreateVersion7(origin.Now), origin.Actor, origin.Now);
        return new CaseEchoed(otherId, new NewEvent(stamp.EventId, fact, origin.Now), CaseTimeline.CellOf(fact, stamp, null)!);
    }
}
