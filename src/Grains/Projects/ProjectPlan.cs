using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;

namespace Switchboard.Grains.Projects;

/// <summary>Turns a decision on a project into the events and rows to write.</summary>
internal static class ProjectPlan
{
    /// <summary>Answers the project; after a deletion its last state.</summary>
    public static Plan<ProjectSnapshot, ProjectSnapshot> Of(
        ProjectSnapshot? state, in Decision<ProjectEvent> decision, in PlanOrigin origin)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<ProjectSnapshot, ProjectSnapshot>.Unchanged(state, state!);
        }

        var next = Folding.Fold(state, state?.Version ?? 0, decision.Events, origin, ProjectEvolver.Evolve, out var events);
        return next is null
            ? new(null, state!, events, [new ProjectRemoved(state!, origin.Now)])
            : new(next, next, events, [new ProjectWritten(next)]);
    }
}
