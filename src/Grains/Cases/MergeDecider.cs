using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Cases;

/// <summary>What the grain looked up before a merge is decided.</summary>
internal readonly record struct MergeFacts
{
    /// <summary>The other case: where the merge leads, or led. Null when the organisation has none of that id (any more).</summary>
    public CaseSnapshot? Other { get; init; }

    /// <summary>The type of the case that is merged.</summary>
    public CaseType? Type { get; init; }

    /// <summary>The link that says that the two are duplicates, whichever way; when a merge is undone, the one that it made. Null for none.</summary>
    public CaseLink? Link { get; init; }

    /// <summary>Whether the other case is, by links, a duplicate of this one.</summary>
    public bool LeadsBack { get; init; }

    /// <summary>How many links the fuller of the two has.</summary>
    public int Links { get; init; }

    /// <summary>The id for a new link.</summary>
    public Guid NewLinkId { get; init; }
}

/// <summary>What follows from a merge, on both sides; or why it is refused. Both sides are empty when nothing changes.</summary>
internal sealed record MergeDecision(ImmutableArray<CaseEvent> Own, ImmutableArray<CaseEvent> Other, DomainError? Error = null)
{
    public static implicit operator MergeDecision(DomainError error) => new([], [], error);
}

/// <summary>
/// Decides merges. A merged case is frozen as it was brought to an end, closed as a duplicate and in the archive; what that changed are events
/// of their own between its merge and its undoing, so that figures can leave them out.
/// </summary>
internal static class MergeDecider
{
    /// <summary>The refusal of any change to a case that was merged. It names the other case by its id: a key tells of a project that may be hidden.</summary>
    public static DomainError? Frozen(CaseSnapshot state) => state.Details.Merged is { } into
        ? DomainError.Conflict($"case {state.Key} was merged into case {into.CaseId}; change that one, or undo the merge first")
        : null;

    public static MergeDecision Decide(CaseSnapshot? state, MergeCommand command, in MergeFacts facts) => command switch
    {
        _ when state is null => CaseDecider.NotFound,
        MergeInto c => Merge(state, c, facts),
        UndoMerge => state.Details.Merged is { } into
            ? Undo(state, into, facts)
            : DomainError.Conflict($"case {state.Key} was not merged into another one"),
        _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(MergeDecider)}.", nameof(command)),
    };

    private static MergeDecision Merge(CaseSnapshot state, MergeInto command, in MergeFacts facts)
    {
        if (command.IntoId == state.Id)
        {
            return DomainError.Invalid("a case cannot be merged into itself");
        }

        if (facts.Other is not { } into)
        {
            return CaseDecider.NotFound;
        }

        if (state.Details.Merged is { } already)
        {
            return already.CaseId == into.Id ? new MergeDecision([], []) : Frozen(state)!;
        }

        return into.Details.Merged is { } further ? DomainError.Conflict($"case {into.Key} was itself merged into case {further.CaseId}; merge into that one")
            : into.Details.Absorbed.Length >= Limits.MergedCases ? DomainError.Invalid($"at most {Limits.MergedCases} cases may be merged into one")
            : facts.LeadsBack ? DomainError.Conflict($"{into.Key} is linked as a duplicate of {state.Key}; remove that link, or merge the other way round")
            : facts.Link is null && facts.Links >= Limits.Links ? DomainError.Invalid($"a case may have at most {Limits.Links} links")
            : Merge(state, into, facts.Link is null ? facts.NewLinkId : null, facts.Type);
    }

    private static MergeDecision Merge(CaseSnapshot state, CaseSnapshot into, Guid? newLink, CaseType? type)
    {
        var linked = newLink is { } id
            ? ImmutableArray.Create<CaseEvent>(new LinkAdded(id, CaseLinkNames.Duplicates, LinkEnd.Case(state.Id), LinkEnd.Case(into.Id)))
            : [];
        var archived = state.ArchivedAt is not null;
        var before = new BeforeMerge(state.StatusName, state.StatusGroup, state.Details.ClosedReason, archived);
        var own = linked.ToBuilder();
        own.Add(new CaseMerged(new MergedInto(into.Id, into.Key, newLink, before)));
        if (state.StatusGroup != StatusGroup.Closed)
        {
            if (type is null)
            {
                return CaseTypeDecider.NotFound;
            }

            own.Add(new StatusChanged(state.StatusName, state.StatusGroup, type.Closed.Default, StatusGroup.Closed));
        }

        if (state.Details.ClosedReason != ClosedReasons.Duplicate)
        {
            own.Add(new ClosedReasonChanged(state.Details.ClosedReason, ClosedReasons.Duplicate));
        }

        if (!archived)
        {
            own.Add(new CaseArchived());
        }

        return new MergeDecision(own.ToImmutable(), linked.Add(new CaseAbsorbed(AbsorbedRules.Brought(into.Details, state))));
    }

    private static MergeDecision Undo(CaseSnapshot state, MergedInto into, in MergeFacts facts)
    {
        var before = into.Before;
        var own = ImmutableArray.CreateBuilder<CaseEvent>();
        if (!before.Archived && state.ArchivedAt is not null)
        {
            own.Add(new CaseUnarchived());
        }

        if (state.Details.ClosedReason != before.ClosedReason)
        {
            own.Add(new ClosedReasonChanged(state.Details.ClosedReason, before.ClosedReason));
        }

        if (state.StatusGroup != before.StatusGroup)
        {
            // Its type may have lost the status meanwhile: no case had it.
            var name = facts.Type is { } type && !(type.TryFindStatus(before.StatusName, out var known) && known.Group == before.StatusGroup)
                ? type[before.StatusGroup].Default
                : before.StatusName;
            own.Add(new StatusChanged(state.StatusName, state.StatusGroup, name, before.StatusGroup));
        }

        var unlinked = facts.Link is { } link
            ? ImmutableArray.Create<CaseEvent>(new LinkRemoved(link.Id, link.Relationship, link.Parent, link.Child))
            : [];
        own.AddRange(unlinked);
        own.Add(new CaseUnmerged(into));
        var released = facts.Other is { } other ? AbsorbedRules.Left(other.Details, state.Id) : null;
        return new MergeDecision(own.ToImmutable(), released is null ? [] : unlinked.Add(new CaseReleased(released)));
    }
}
