using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>What the grain looked up before a command on a link is decided.</summary>
internal readonly record struct LinkFacts
{
    /// <summary>The link that the command names, or null.</summary>
    public CaseLink? Link { get; init; }

    /// <summary>Whether the case at the other end exists; true when the other end is no case.</summary>
    public bool OtherExists { get; init; }

    /// <summary>Whether the child leads back to the parent by links of the same relation.</summary>
    public bool LeadsBack { get; init; }

    /// <summary>How many links the fuller end has.</summary>
    public int Links { get; init; }
}

/// <summary>Decides commands on the links of a case. Whether the pair is linked already is known only to the database.</summary>
internal static class LinkDecider
{
    /// <summary>The refusal of an unknown link.</summary>
    public static readonly DomainError NotFound = DomainError.NotFound("case link not found");

    /// <summary>The refusal of a second link of the same relation between the same two things.</summary>
    public static DomainError Taken(string relationship) => DomainError.Conflict($"these two are linked by {relationship} already");

    /// <summary>What is wrong with a command's form, or null; asked before anything is looked up.</summary>
    public static DomainError? CheckForm(LinkCommand command)
    {
        if (command is not AddLink add)
        {
            return null;
        }

        if (!CaseLinkNames.Relationships.Contains(add.Relationship))
        {
            return DomainError.Malformed($"unknown relationship. Must be one of {string.Join(", ", CaseLinkNames.Relationships)}");
        }

        return CheckEnd("parent", add.Parent) ?? CheckEnd("child", add.Child)
            ?? (add.Parent.CaseId is null && add.Child.CaseId is null ? DomainError.Invalid("at least one end of a link must be a case")
                : add.Parent == add.Child ? DomainError.Invalid("a link needs two different ends")
                : null);
    }

    /// <summary>What follows from a command of good form.</summary>
    public static Decision<CaseEvent> Decide(CaseSnapshot? state, LinkCommand command, in LinkFacts facts)
    {
        switch (command)
        {
            case RemoveLink:
                return state is null || facts.Link is not { } known || known.OwnerId != state.Id ? NotFound
                    : MergeDecider.Frozen(state) is { } merged ? merged
                    : new LinkRemoved(known.Id, known.Relationship, known.Parent, known.Child);
            case AddLink add:
                return state is null || !facts.OtherExists ? CaseDecider.NotFound
                    : MergeDecider.Frozen(state) is { } frozen ? frozen
                    : facts.LeadsBack ? DomainError.Invalid($"{add.Relationship} would lead back to where it starts")
                    : facts.Links >= Limits.Links ? DomainError.Invalid($"a case may have at most {Limits.Links} links")
                    : new LinkAdded(add.LinkId, add.Relationship, add.Parent, add.Child);
            default:
                throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(LinkDecider)}.", nameof(command));
        }
    }

    private static DomainError? CheckEnd(string name, LinkEnd end)
    {
        if (!CaseLinkNames.EntityTypes.Contains(end.Type))
        {
            return DomainError.Malformed($"unknown {name}_entity_type. Must be one of {string.Join(", ", CaseLinkNames.EntityTypes)}");
        }

        return end.Type == CaseLinkNames.Case && end.CaseId is null
            ? DomainError.Malformed($"{name}_entity_id is not a valid UUID")
            : TextRules.Required($"{name}_entity_id", end.Id, Limits.LinkEndId);
    }
}
