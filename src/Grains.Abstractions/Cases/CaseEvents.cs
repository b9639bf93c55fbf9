using System.Collections.Immutable;
using Orleans;
using Switchboard.Events;

namespace Switchboard.Cases;

/// <summary>A fact about a case. Changes carry the old and the new value, so that time in a state can be computed from the events alone.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseEvent")]
public abstract record CaseEvent : DomainEvent;

/// <summary>The case was opened.</summary>
[EventType("case.opened"), GenerateSerializer, Immutable, Alias("switchboard.CaseOpened")]
public sealed record CaseOpened(
    [property: Id(0)] Guid ProjectId,
    [property: Id(1)] string Key,
    [property: Id(2)] long PublicId,
    [property: Id(3)] Guid TypeId,
    [property: Id(4)] string Title,
    [property: Id(5)] string Description,
    [property: Id(6)] CasePriority Priority,
    [property: Id(7)] string StatusName,
    [property: Id(8)] StatusGroup StatusGroup,
    [property: Id(9)] Guid? AssigneeId,
    [property: Id(10)] ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes,
    [property: Id(11)] string CreationSource) : CaseEvent;

/// <summary>The title changed.</summary>
[EventType("case.title_changed"), GenerateSerializer, Immutable, Alias("switchboard.TitleChanged")]
public sealed record TitleChanged([property: Id(0)] string From, [property: Id(1)] string To) : CaseEvent;

/// <summary>The description changed.</summary>
[EventType("case.description_changed"), GenerateSerializer, Immutable, Alias("switchboard.DescriptionChanged")]
public sealed record DescriptionChanged([property: Id(0)] string From, [property: Id(1)] string To) : CaseEvent;

/// <summary>The priority changed.</summary>
[EventType("case.priority_changed"), GenerateSerializer, Immutable, Alias("switchboard.PriorityChanged")]
public sealed record PriorityChanged([property: Id(0)] CasePriority From, [property: Id(1)] CasePriority To) : CaseEvent;

/// <summary>The status changed.</summary>
[EventType("case.status_changed"), GenerateSerializer, Immutable, Alias("switchboard.StatusChanged")]
public sealed record StatusChanged(
    [property: Id(0)] string From,
    [property: Id(1)] StatusGroup FromGroup,
    [property: Id(2)] string To,
    [property: Id(3)] StatusGroup ToGroup) : CaseEvent;

/// <summary>The assignee changed; null stands for nobody.</summary>
[EventType("case.assignee_changed"), GenerateSerializer, Immutable, Alias("switchboard.AssigneeChanged")]
public sealed record AssigneeChanged([property: Id(0)] Guid? From, [property: Id(1)] Guid? To) : CaseEvent;

/// <summary>The attribute map was replaced.</summary>
[EventType("case.attributes_replaced"), GenerateSerializer, Immutable, Alias("switchboard.AttributesReplaced")]
public sealed record AttributesReplaced(
    [property: Id(0)] ImmutableSortedDictionary<string, ImmutableArray<string>> From,
    [property: Id(1)] ImmutableSortedDictionary<string, ImmutableArray<string>> To) : CaseEvent;

/// <summary>The case was archived.</summary>
[EventType("case.archived"), GenerateSerializer, Immutable, Alias("switchboard.CaseArchived")]
public sealed record CaseArchived : CaseEvent;

/// <summary>The case came back from the archive.</summary>
[EventType("case.unarchived"), GenerateSerializer, Immutable, Alias("switchboard.CaseUnarchived")]
public sealed record CaseUnarchived : CaseEvent;

/// <summary>A comment was added.</summary>
[EventType("case.comment_added"), GenerateSerializer, Immutable, Alias("switchboard.CommentAdded")]
public sealed record CommentAdded([property: Id(0)] Guid CellId, [property: Id(1)] string Message) : CaseEvent;

/// <summary>A comment's text changed.</summary>
[EventType("case.comment_edited"), GenerateSerializer, Immutable, Alias("switchboard.CommentEdited")]
public sealed record CommentEdited(
    [property: Id(0)] Guid CellId,
    [property: Id(1)] string From,
    [property: Id(2)] string To) : CaseEvent;

/// <summary>A comment was deleted.</summary>
[EventType("case.comment_deleted"), GenerateSerializer, Immutable, Alias("switchboard.CommentDeleted")]
public sealed record CommentDeleted([property: Id(0)] Guid CellId, [property: Id(1)] string Message) : CaseEvent;

/// <summary>The value of a custom attribute changed; null stands for none.</summary>
/// <param name="Key">The attribute's key.</param>
/// <param name="From">The value before.</param>
/// <param name="To">The value after.</param>
/// <param name="Opening">True for a value that the case was opened with, which is no modification.</param>
[EventType("case.custom_attribute_changed"), GenerateSerializer, Immutable, Alias("switchboard.CustomAttributeChanged")]
public sealed record CustomAttributeChanged(
    [property: Id(0)] string Key,
    [property: Id(1)] CustomValue? From,
    [property: Id(2)] CustomValue? To,
    [property: Id(3)] bool Opening = false) : CaseEvent;

/// <summary>The case went to another project and got a new key.</summary>
[EventType("case.moved"), GenerateSerializer, Immutable, Alias("switchboard.CaseMoved")]
public sealed record CaseMoved(
    [property: Id(0)] Guid FromProjectId,
    [property: Id(1)] string FromKey,
    [property: Id(2)] Guid ToProjectId,
    [property: Id(3)] string ToKey) : CaseEvent;

/// <summary>The due date changed; null stands for none.</summary>
[EventType("case.due_date_changed"), GenerateSerializer, Immutable, Alias("switchboard.DueDateChanged")]
public sealed record DueDateChanged([property: Id(0)] DateOnly? From, [property: Id(1)] DateOnly? To) : CaseEvent;

/// <summary>The reason for which a security case was resolved changed; null stands for none.</summary>
[EventType("case.resolved_reason_changed"), GenerateSerializer, Immutable, Alias("switchboard.ResolvedReasonChanged")]
public sealed record ResolvedReasonChanged([property: Id(0)] string? From, [property: Id(1)] string? To) : CaseEvent;

/// <summary>Why the case is closed changed; null stands for no reason given, and for a case that is not closed.</summary>
[EventType("case.closed_reason_changed"), GenerateSerializer, Immutable, Alias("switchboard.ClosedReasonChanged")]
public sealed record ClosedReasonChanged([property: Id(0)] string? From, [property: Id(1)] string? To) : CaseEvent;

/// <summary>A task was added.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Task">What it says; those behind it moved on by one.</param>
/// <param name="Opening">True for a task that the case was opened with, which is no modification.</param>
[EventType("case.task_added"), GenerateSerializer, Immutable, Alias("switchboard.TaskAdded")]
public sealed record TaskAdded(
    [property: Id(0)] Guid TaskId,
    [property: Id(1)] TaskContent Task,
    [property: Id(2)] bool Opening = false) : CaseEvent;

/// <summary>A task was changed: its text, whether it is done, whose it is, where it stands.</summary>
[EventType("case.task_changed"), GenerateSerializer, Immutable, Alias("switchboard.TaskChanged")]
public sealed record TaskChanged(
    [property: Id(0)] Guid TaskId,
    [property: Id(1)] TaskContent From,
    [property: Id(2)] TaskContent To) : CaseEvent;

/// <summary>A task was removed.</summary>
[EventType("case.task_removed"), GenerateSerializer, Immutable, Alias("switchboard.TaskRemoved")]
public sealed record TaskRemoved([property: Id(0)] Guid TaskId, [property: Id(1)] TaskContent Task) : CaseEvent;

/// <summary>
/// A user began to watch. Whoever opens the case, becomes its assignee or comments on it begins to watch without such an event.
/// </summary>
[EventType("case.watcher_added"), GenerateSerializer, Immutable, Alias("switchboard.WatcherAdded")]
public sealed record WatcherAdded([property: Id(0)] Guid UserId) : CaseEvent;

/// <summary>A user stopped watching.</summary>
[EventType("case.watcher_removed"), GenerateSerializer, Immutable, Alias("switchboard.WatcherRemoved")]
public sealed record WatcherRemoved([property: Id(0)] Guid UserId) : CaseEvent;

/// <summary>Insights were added.</summary>
[EventType("case.insights_added"), GenerateSerializer, Immutable, Alias("switchboard.InsightsAdded")]
public sealed record InsightsAdded([property: Id(0)] ImmutableArray<CaseInsight> Insights) : CaseEvent;

/// <summary>Insights were removed.</summary>
[EventType("case.insights_removed"), GenerateSerializer, Immutable, Alias("switchboard.InsightsRemoved")]
public sealed record InsightsRemoved([property: Id(0)] ImmutableArray<CaseInsight> Insights) : CaseEvent;

/// <summary>
/// The case was linked. When both ends are cases, both streams have the event; it is the same link by <paramref name="LinkId"/>.
/// </summary>
/// <param name="LinkId">The link.</param>
/// <param name="Relationship">One of <see cref="CaseLinkNames.Relationships"/>.</param>
/// <param name="Parent">Where the relation starts.</param>
/// <param name="Child">Where it leads.</param>
[EventType("case.link_added"), GenerateSerializer, Immutable, Alias("switchboard.LinkAdded")]
public sealed record LinkAdded(
    [property: Id(0)] Guid LinkId,
    [property: Id(1)] string Relationship,
    [property: Id(2)] LinkEnd Parent,
    [property: Id(3)] LinkEnd Child) : CaseEvent;

/// <summary>A link of the case was taken away. When both ends are cases, both streams have the event.</summary>
/// <param name="LinkId">The link.</param>
/// <param name="Relationship">One of <see cref="CaseLinkNames.Relationships"/>.</param>
/// <param name="Parent">Where the relation started.</param>
/// <param name="Child">Where it led.</param>
[EventType("case.link_removed"), GenerateSerializer, Immutable, Alias("switchboard.LinkRemoved")]
public sealed record LinkRemoved(
    [property: Id(0)] Guid LinkId,
    [property: Id(1)] string Relationship,
    [property: Id(2)] LinkEnd Parent,
    [property: Id(3)] LinkEnd Child) : CaseEvent;

/// <summary>The case was merged into another one. What that changed on it follows as events of their own.</summary>
/// <param name="Into">Where it went; it was in no other case before.</param>
[EventType("case.merged"), GenerateSerializer, Immutable, Alias("switchboard.CaseMerged")]
public sealed record CaseMerged([property: Id(0)] MergedInto Into) : CaseEvent;

/// <summary>The merge was undone. What that changed back on it came as events of their own.</summary>
/// <param name="From">Where it had gone; it is in no other case now.</param>
[EventType("case.unmerged"), GenerateSerializer, Immutable, Alias("switchboard.CaseUnmerged")]
public sealed record CaseUnmerged([property: Id(0)] MergedInto From) : CaseEvent;

/// <summary>A duplicate was merged into the case.</summary>
/// <param name="Duplicate">The duplicate, and what came with it.</param>
[EventType("case.absorbed"), GenerateSerializer, Immutable, Alias("switchboard.CaseAbsorbed")]
public sealed record CaseAbsorbed([property: Id(0)] AbsorbedCase Duplicate) : CaseEvent;

/// <summary>A duplicate left the case again.</summary>
/// <param name="Duplicate">The duplicate, and what went with it: what nobody else had brought.</param>
[EventType("case.released"), GenerateSerializer, Immutable, Alias("switchboard.CaseReleased")]
public sealed record CaseReleased([property: Id(0)] AbsorbedCase Duplicate) : CaseEvent;

/// <summary>The case was deleted for good, together with its project.</summary>
[EventType("case.deleted"), GenerateSerializer, Immutable, Alias("switchboard.CaseDeleted")]
public sealed record CaseDeleted([property: Id(0)] Guid ProjectId, [property: Id(1)] string Key) : CaseEvent;
