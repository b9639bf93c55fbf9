using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>Decides why a case is closed. An open case has no such reason: it is taken back when the case opens again.</summary>
internal static class ClosedReasonRules
{
    public static DomainError? Check(string? reason) => reason is null || ClosedReasons.All.Contains(reason)
        ? null
        : DomainError.Invalid($"unknown closed_reason. Must be one of {string.Join(", ", ClosedReasons.All)}");

    public static Decision<CaseEvent> Set(CaseSnapshot state, string? reason) =>
        state.StatusGroup != StatusGroup.Closed ? NotClosed
        : reason == state.Details.ClosedReason ? Decision<CaseEvent>.None
        : new ClosedReasonChanged(state.Details.ClosedReason, reason);

    /// <summary>A change of the status, with what it means for the reason.</summary>
    /// <param name="state">The case.</param>
    /// <param name="to">The status asked for.</param>
    /// <param name="given">The reason that came with it, or null.</param>
    public static Decision<CaseEvent> ChangeStatus(CaseSnapshot state, CaseStatus to, string? given)
    {
        if (given is not null && to.Group != StatusGroup.Closed)
        {
            return NotClosed;
        }

        var facts = ImmutableArray.CreateBuilder<CaseEvent>(2);
        if (to.Name != state.StatusName)
        {
            facts.Add(new StatusChanged(state.StatusName, state.StatusGroup, to.Name, to.Group));
        }

        var before = state.Details.ClosedReason;
        var after = to.Group != StatusGroup.Closed ? null : given ?? before ?? Family(state.Details.ResolvedReason);
        if (after != before)
        {
            facts.Add(new ClosedReasonChanged(before, after));
        }

        return facts.ToImmutable();
    }

    /// <summary>A security case's own reason, and on a closed case the family that it belongs to.</summary>
    public static Decision<CaseEvent> ChangeResolvedReason(CaseSnapshot state, string reason)
    {
        var own = new ResolvedReasonChanged(state.Details.ResolvedReason, reason);
        var family = ClosedReasons.FamilyOf(reason);
        return state.StatusGroup == StatusGroup.Closed && family != state.Details.ClosedReason
            ? ImmutableArray.Create<CaseEvent>(own, new ClosedReasonChanged(state.Details.ClosedReason, family))
            : own;
    }

    private static DomainError NotClosed { get; } = DomainError.Invalid("only a closed case has a closed_reason; close it first, or with it");

    private static string? Family(string? resolvedReason) => resolvedReason is null ? null : ClosedReasons.FamilyOf(resolvedReason);
}
