using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Events;

namespace Switchboard.Handlers.Attributes;

/// <summary>What an event says about a case's attributes from this version on: what they are, where they count, or both.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="CaseId">The case.</param>
/// <param name="ProjectId">The case's project, or null when the event does not say.</param>
/// <param name="Version">The event's number in the case.</param>
/// <param name="At">When it happened.</param>
/// <param name="Attributes">All attributes of the case but its type's own; null when the event does not say.</param>
/// <param name="Custom">The values of one of its type's own attributes, none when it lost it; null when the event does not say.</param>
/// <param name="Gone">Whether the case is gone, with all it had.</param>
internal sealed record AttributeChange(
    Guid OrgId,
    Guid CaseId,
    Guid? ProjectId,
    long Version,
    DateTimeOffset At,
    ImmutableSortedDictionary<string, ImmutableArray<string>>? Attributes,
    (string Key, ImmutableArray<string> Values)? Custom = null,
    bool Gone = false)
{
    /// <summary>What the keys of types' own attributes begin with, and no other key can: both may have the same name, and are counted apart.</summary>
    public const string CustomMark = "=";

    /// <summary>The stored types of events that change attributes.</summary>
    public static bool IsMadeBy(string eventType) => eventType is "case.opened" or "case.attributes_replaced" or "case.moved" or "case.deleted" or "case.custom_attribute_changed";

    /// <summary>What the event says, or null when nothing.</summary>
    public static AttributeChange? Of(EventRecord record, DomainEvent body) => body switch
    {
        CaseOpened opened => Make(record, opened.ProjectId, opened.Attributes),
        AttributesReplaced replaced => Make(record, null, replaced.To),
        CaseMoved moved => Make(record, moved.ToProjectId, null),
        CaseDeleted deleted => Make(record, deleted.ProjectId, ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty) with { Gone = true },
        CustomAttributeChanged changed => Make(record, null, null) with { Custom = (CustomMark + changed.Key, changed.To?.Values ?? []) },
        _ => null,
    };

    private static AttributeChange Make(EventRecord record, Guid? projectId, ImmutableSortedDictionary<string, ImmutableArray<string>>? attributes) =>
        new(record.OrgId, record.StreamId, projectId, record.Version, record.OccurredAt, attributes);
}
