using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Cases;

/// <summary>Turns a decision on a call into the events and rows to write.</summary>
internal static class CallPlan
{
    public static Plan<CaseSnapshot, CaseCall> Of(CaseSnapshot? state, CaseCall? call, in Decision<CaseEvent> decision, in PlanOrigin origin)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<CaseSnapshot, CaseCall>.Unchanged(state, call!);
        }

        var rows = ImmutableArray.CreateBuilder<StateChange>(decision.Events.Length + 2);
        var lines = ImmutableArray<CallLine>.Empty;
        var after = call;
        var next = Folding.Fold(state, state!.Version, decision.Events, origin, CaseEvolver.Evolve, out var events, (fact, stamp) =>
        {
            after = CallEvolver.Evolve(after, fact, stamp);
            lines = fact is CallSaid said ? said.Lines : lines;
            if (CaseTimeline.CellOf(fact, stamp, null) is { } cell)
            {
                rows.Add(new CellAdded(cell));
            }
        });

        rows.Add(new CaseWritten(next!, TextChanged: false));
        rows.Add(new CallWritten(after!, call?.Version ?? 0, lines, Searched: after!.Searchable > (call?.Searchable ?? 0)));
        return new(next, after, events, rows.ToImmutable());
    }
}
