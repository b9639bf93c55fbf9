using System.Collections.Immutable;
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

    /// <summary>Whether <see cref="Others"/> stay unnamed, since whoever is told may not see one of them.</summary>
    public bool HidesOthers { get; init; }

    /// <summary>The cases beside this one that the event and the case name: at the other ends of merges and links.</summary>
    public ImmutableArray<Guid> Others
    {
        get
        {
            Guid?[] named = [MergedWith(Body), LinkedTo(parent: true), LinkedTo(parent: false), Case?.Details.Merged?.CaseId];
            return [.. named.OfType<Guid>().Where(id => id != CaseId).Distinct()];
        }
    }

    /// <summary>The case as it was when the event was read: after this event, and maybe after later ones. Null when it is gone or was not asked for.</summary>
    public CaseSnapshot? Case { get; init; }

    /// <summary>The case that an event of a merge is about; null for other events.</summary>
    internal static Guid? MergedWith(DomainEvent? body) => body switch
    {
        CaseMerged merged => merged.Into.CaseId,
        CaseUnmerged unmerged => unmerged.From.CaseId,
        CaseAbsorbed absorbed => absorbed.Duplicate.CaseId,
        CaseReleased released => released.Duplicate.CaseId,
        _ => null,
    };

    private Guid? LinkedTo(bool parent) => Body switch
    {
        LinkAdded added => (parent ? added.Parent : added.Child).CaseId,
        LinkRemoved removed => (parent ? removed.Parent : removed.Child).CaseId,
        _ => null,
    };
}
