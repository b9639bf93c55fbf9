using Orleans;
using Switchboard.Commands;

namespace Switchboard.Timeline;

/// <summary>One entry of a case's timeline: a comment, or the trace of a change.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.TimelineCell")]
public sealed record TimelineCell
{
    /// <summary>The cell's id; for a change the id of its event.</summary>
    [Id(0)] public required Guid Id { get; init; }

    /// <summary>The organisation.</summary>
    [Id(1)] public required Guid OrgId { get; init; }

    /// <summary>The case.</summary>
    [Id(2)] public required Guid CaseId { get; init; }

    /// <summary>The version of the case whose event made the cell; orders the timeline.</summary>
    [Id(3)] public required long CaseVersion { get; init; }

    /// <summary><c>COMMENT</c>, <c>STATUS_CHANGED</c>, ...; see <see cref="TimelineCellKinds"/>.</summary>
    [Id(4)] public required string Kind { get; init; }

    /// <summary>Who did it.</summary>
    [Id(5)] public required Actor Author { get; init; }

    /// <summary>The content as a JSON object: <c>{"message": ...}</c> for a comment, <c>{"from": ..., "to": ...}</c> for a change.</summary>
    [Id(6)] public required string Content { get; init; }

    /// <summary>When it happened.</summary>
    [Id(7)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a comment was last edited.</summary>
    [Id(8)] public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>When a comment was deleted; deleted cells are not listed.</summary>
    [Id(9)] public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>The names of timeline cell kinds. Public clients know <see cref="Comment"/>; the others are ours.</summary>
public static class TimelineCellKinds
{
    /// <summary>A comment.</summary>
    public const string Comment = "COMMENT";

    /// <summary>The case was opened.</summary>
    public const string CaseCreated = "CASE_CREATED";

    /// <summary>Status.</summary>
    public const string StatusChanged = "STATUS_CHANGED";

    /// <summary>Priority.</summary>
    public const string PriorityChanged = "PRIORITY_CHANGED";

    /// <summary>Assignee.</summary>
    public const string AssigneeChanged = "ASSIGNEE_CHANGED";

    /// <summary>Title.</summary>
    public const string TitleChanged = "TITLE_CHANGED";

    /// <summary>Description.</summary>
    public const string DescriptionChanged = "DESCRIPTION_CHANGED";

    /// <summary>Attributes.</summary>
    public const string AttributeChanged = "ATTRIBUTE_CHANGED";

    /// <summary>Archived.</summary>
    public const string Archived = "ARCHIVED";

    /// <summary>Back from the archive.</summary>
    public const string Unarchived = "UNARCHIVED";

    /// <summary>A custom attribute.</summary>
    public const string CustomAttributeChanged = "CUSTOM_ATTRIBUTE_CHANGED";

    /// <summary>Moved to another project.</summary>
    public const string ProjectChanged = "PROJECT_CHANGED";

    /// <summary>Due date.</summary>
    public const string DueDateChanged = "DUE_DATE_CHANGED";

    /// <summary>The reason for which a security case was resolved.</summary>
    public const string ResolvedReasonChanged = "RESOLVED_REASON_CHANGED";

    /// <summary>Why the case is closed.</summary>
    public const string ClosedReasonChanged = "CLOSED_REASON_CHANGED";

    /// <summary>A task came.</summary>
    public const string TaskAdded = "TASK_ADDED";

    /// <summary>A task's text, state, assignee or place.</summary>
    public const string TaskChanged = "TASK_CHANGED";

    /// <summary>A task went.</summary>
    public const string TaskRemoved = "TASK_REMOVED";

    /// <summary>Merged into another case.</summary>
    public const string Merged = "MERGED";

    /// <summary>No longer merged into another case.</summary>
    public const string Unmerged = "UNMERGED";

    /// <summary>A duplicate came in.</summary>
    public const string DuplicateMerged = "DUPLICATE_MERGED";

    /// <summary>A duplicate left again.</summary>
    public const string DuplicateUnmerged = "DUPLICATE_UNMERGED";

    /// <summary>Insights came.</summary>
    public const string InsightAdded = "INSIGHT_ADDED";

    /// <summary>Insights went.</summary>
    public const string InsightRemoved = "INSIGHT_REMOVED";

    /// <summary>Linked to something.</summary>
    public const string LinkAdded = "LINK_ADDED";

    /// <summary>No longer linked to something.</summary>
    public const string LinkRemoved = "LINK_REMOVED";

    /// <summary>A call began.</summary>
    public const string CallStarted = "CALL_STARTED";

    /// <summary>A call came from a case that was merged into this one.</summary>
    public const string CallTaken = "CALL_TAKEN";

    /// <summary>Something was said in a call.</summary>
    public const string CallSaid = "CALL_SAID";

    /// <summary>A call is over.</summary>
    public const string CallEnded = "CALL_ENDED";
}
