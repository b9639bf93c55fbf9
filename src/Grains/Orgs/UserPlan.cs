using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>Turns a decision on a user into the events and rows to write.</summary>
internal static class UserPlan
{
    /// <summary>Answers the user without the password's hash.</summary>
    public static Plan<UserSnapshot, UserSnapshot> Of(
        UserSnapshot? state, UserCommand command, in Decision<UserEvent> decision, in PlanOrigin origin)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<UserSnapshot, UserSnapshot>.Unchanged(state, Public(state!));
        }

        var hash = (command as CreateUser)?.PasswordHash;
        var next = Folding.Fold<UserSnapshot, UserEvent>(
            state,
            state?.Version ?? 0,
            decision.Events,
            origin,
            (before, fact, in stamp) => UserEvolver.Evolve(before, fact, stamp, hash),
            out var events)!;
        return new(next, Public(next), events, [new UserWritten(next)]);
    }

    private static UserSnapshot Public(UserSnapshot user) => user.PasswordHash is null ? user : user with { PasswordHash = null };
}
