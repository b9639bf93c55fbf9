using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Timeline;

namespace Switchboard.Grains.Cases;

/// <summary>Decides commands on the comments of a case. A comment belongs to its author; a manager of the project may change it too.</summary>
internal static class CommentDecider
{
    private static readonly DomainError UnknownCell = DomainError.NotFound("failed to get timeline cell: timeline cell not found");

    /// <summary>The refusal of a new comment under the id of a cell that exists.</summary>
    public static DomainError CellTaken(Guid cellId) => DomainError.Conflict($"timeline cell {cellId} exists already");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no case.</summary>
    public static Decision<CaseEvent> Decide(CaseSnapshot? state, CommentCommand command, in CommentFacts facts)
    {
        if (CheckForm(command) is { } malformed)
        {
            return malformed;
        }

        if (state is null)
        {
            return CaseDecider.NotFound;
        }

        if (MergeDecider.Frozen(state) is { } frozen)
        {
            return frozen;
        }

        if (command is AddComment added)
        {
            return new CommentAdded(added.CellId, added.Message);
        }

        if (facts.Cell is not { DeletedAt: null } cell)
        {
            return UnknownCell;
        }

        if (cell.Kind != TimelineCellKinds.Comment)
        {
            return DomainError.Invalid($"timeline cell {cell.Id} is of type {cell.Kind}; only a COMMENT can be changed");
        }

        if (cell.Author != facts.Actor && !facts.ManagesProject)
        {
            return DomainError.Forbidden("only its author or a manager of the project may change a comment");
        }

        return command switch
        {
            EditComment c => Edit(c, CaseTimeline.MessageOf(cell)),
            DeleteComment c => new CommentDeleted(c.CellId, CaseTimeline.MessageOf(cell)),
            _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(CommentDecider)}.", nameof(command)),
        };
    }

    private static DomainError? CheckForm(CommentCommand command) => command switch
    {
        AddComment c => TextRules.Required("comment", c.Message, Limits.Comment),
        EditComment c => TextRules.Required("comment", c.Message, Limits.Comment),
        _ => null,
    };

    private static Decision<CaseEvent> Edit(EditComment command, string present) => command.Message == present
        ? Decision<CaseEvent>.None
        : new CommentEdited(command.CellId, present, command.Message);
}
