using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.PublicEvents;

/// <summary>An event of a case with what the outside is told about it. Immutable; shared by everybody who is told.</summary>
public sealed record PublicCaseEvent
{
    /// <summary>Where it stands in the log; its id outside.</summary>
    public required FeedPosition Position { get; init; }

    /// <summary>The organisation. Nothing of it may reach another one.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The case.</summary>
    public required Guid CaseId { get; init; }

    /// <summary>The event's number within the case, from 1 without gaps.</summary>
    public required long Version { get; init; }

    /// <summary>The event's own id, the same in every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The stored type name, such as <c>case.status_changed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The decoded body; null when a newer release wrote a type or version that this one does not know.</summary>
    public DomainEvent? Body { get; init; }

    /// <summary>The body as JSON, as it was stored.</summary>
    public required string Payload { get; init; }

    /// <summary>Who did it.</summary>
    public required Actor Actor { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The case's key; null when the case is gone and the event does not say it.</summary>
    public string? CaseKey { get; init; }

    /// <summary>The case's project; null likewise.</summary>
    public Guid? ProjectId { get; init; }

    /// <summary>Whether the case that this one was merged with stays unnamed, since whoever is told may not see it.</summary>
    public bool HidesMerge { get; init; }

    /// <summary>The case that this one was or is merged with, where the event or the case names one.</summary>
    public Guid? MergedWith => Body switch
    {
        CaseMerged merged => merged.Into.CaseId,
        CaseUnmerged unmerged => unmerged.From.CaseId,
        CaseAbsorbed absorbed => absorbed.Duplicate.CaseId,
        CaseReleased released => released.Duplicate.CaseId,
        _ => Case?.Details.Merged?.CaseId,
    };

    /// <summary>The case as it was when the event was read: after this event, and maybe after later ones. Null when it is gone or was not asked for.</summary>
    public CaseSnapshot? Case { get; init; }
}
