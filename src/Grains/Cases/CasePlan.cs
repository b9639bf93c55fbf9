using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Timeline;

namespace Switchboard.Grains.Cases;

/// <summary>Turns a decision on a case into the events and rows to write.</summary>
internal static class CasePlan
{
    /// <summary>A decided command on the case itself; answers the case.</summary>
    public static Plan<CaseSnapshot, CaseSnapshot> Of(CaseSnapshot? state, in Decision<CaseEvent> decision, in PlanOrigin origin)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<CaseSnapshot, CaseSnapshot>.Unchanged(state, state!);
        }

        var next = Write(state, decision.Events, origin, null, out var events, out var changes, out _);
        return new(next, next!, events, changes);
    }

    /// <summary>A decided command on a comment; answers its cell.</summary>
    public static Plan<CaseSnapshot, TimelineCell> Of(
        CaseSnapshot? state, in Decision<CaseEvent> decision, in PlanOrigin origin, TimelineCell? existing)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<CaseSnapshot, TimelineCell>.Unchanged(state, existing!);
        }

        var next = Write(state, decision.Events, origin, existing, out var events, out var changes, out var cell);
        return new(next, cell!, events, changes);
    }

    private static CaseSnapshot? Write(
        CaseSnapshot? state,
        ImmutableArray<CaseEvent> facts,
        in PlanOrigin origin,
        TimelineCell? existing,
        out ImmutableArray<NewEvent> events,
        out ImmutableArray<StateChange> changes,
        out TimelineCell? cell)
    {
        var rows = ImmutableArray.CreateBuilder<StateChange>(facts.Length + 1);
        var (text, last) = (false, existing);
        var next = Folding.Fold(state, state?.Version ?? 0, facts, origin, CaseEvolver.Evolve, out events, (fact, stamp) =>
        {
            text |= fact is CaseOpened or TitleChanged or DescriptionChanged or AttributesReplaced;
            if (CaseTimeline.CellOf(fact, stamp, last) is { } made)
            {
                rows.Add(CaseTimeline.ChangedCell(fact) is null ? new CellAdded(made) : new CellChanged(made));
                last = made;
            }
        });

        rows.Add(new CaseWritten(next!, text, !ReferenceEquals(state?.Details, next!.Details)));
        if (state is not null && state.ProjectId != next.ProjectId)
        {
            rows.Add(new CasePlaced(next, state.Key));
        }

        changes = rows.ToImmutable();
        cell = last;
        return next;
    }
}
