using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>Turns a decision on a key into the events and rows to write.</summary>
internal static class KeyPlan
{
    public static Plan<KeySnapshot, KeySnapshot> Of(
        KeySnapshot? state, string hash, in Decision<KeyEvent> decision, in PlanOrigin origin)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<KeySnapshot, KeySnapshot>.Unchanged(state, state!);
        }

        var next = Folding.Fold<KeySnapshot, KeyEvent>(
            state,
            state?.Version ?? 0,
            decision.Events,
            origin,
            (before, fact, in stamp) => KeyEvolver.Evolve(before, fact, stamp, hash),
            out var events)!;
        return new(next, next, events, [new KeyWritten(next)]);
    }
}
