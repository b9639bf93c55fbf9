using Switchboard.Cases;
using Switchboard.Gateway.Bodies;

namespace Switchboard.Gateway.Cases;

/// <summary>The request bodies of operations on cases.</summary>
internal static class CaseShapes
{
    public const string Type = "case";

    public static TextField Title { get; } = new("title", Required: true)
    {
        NotEmpty = true,
        Description = "Title.",
        Example = "Disk filling on db-3",
    };

    public static TextField NewDescription { get; } = new("description") { Description = "Free text; may be empty." };

    public static TextField Description { get; } = new("description", Required: true) { Description = "Free text; may be empty." };

    public static UuidField TypeId { get; } = new("type_id")
    {
        Description = "The case type. Required unless the older member type is given.",
        Example = "00000000-0000-0000-0000-000000000001",
    };

    public static TextField LegacyType { get; } = new("type") { Description = "The case type's older name, such as STANDARD." };

    public static TextField StatusName { get; } = new("status_name") { NotEmpty = true, Description = "A status of the case's type." };

    public static ChoiceField<CasePriority> NewPriority { get; } = PriorityField(required: false);

    public static ChoiceField<CasePriority> Priority { get; } = PriorityField(required: true);

    public static ChoiceField<LegacyStatus> Status { get; } = new("status", LegacyStatus.All)
    {
        Description = "The older way to name a status; status_name wins.",
    };

    public static ChoiceField<ClosedReason> WithReason { get; } = ReasonField("Ours: why the case is closed, with a closed status only.");

    public static ChoiceField<ClosedReason> Reason { get; } = ReasonField("Why the case is closed; absent or null to take it back.");

    public static UuidField AssigneeId { get; } = new("assignee_id", Required: true)
    {
        Description = "The user who shall work on the case.",
    };

    public static TextListMapField NewAttributes { get; } = new("attributes") { Description = "Attributes such as team, service, env." };

    public static TextListMapField Attributes { get; } = new("attributes", Required: true)
    {
        Description = "The whole map: what is not in it is removed.",
    };

    public static ObjectField CustomAttributes { get; } = new("custom_attributes", OpenApi.Schema.AnyObject)
    {
        Description = "Values of the type's custom attributes by key: {type, is_multi, value}.",
    };

    public static DayField DueDate { get; } = new("due_date") { Description = "YYYY-MM-DD; null clears it.", Example = "2026-03-31" };

    public static TextField ResolvedReason { get; } = new("security_resolved_reason", Required: true)
    {
        NotEmpty = true,
        Description = "Such as FALSE_POSITIVE, TRUE_POSITIVE, BENIGN_POSITIVE; on security cases only.",
        Example = "FALSE_POSITIVE",
    };

    public static ObjectListField Insights { get; } = new("insights", CaseSchemas.Insight, 1, Switchboard.Limits.InsightsAtOnce, Required: true)
    {
        Description = "What explains the case. Two of the same type and resource_id are the same insight.",
    };

    public static TextField Comment { get; } = new("comment", Required: true) { NotEmpty = true, Description = "The comment's text." };

    public static RelationshipField Project { get; } = new("project", "project", Required: true);

    public static RelationshipField Assignee { get; } = new("assignee", "user");

    public static ResourceShape Create { get; } = new("CaseCreateRequest", Type)
    {
        Attributes = [Title, NewDescription, NewPriority, StatusName, TypeId, LegacyType, NewAttributes, CustomAttributes],
        Relationships = [Project, Assignee],
    };

    public static ResourceShape Empty { get; } = new("CaseEmptyRequest", Type);

    public static ResourceShape UpdateTitle { get; } = new("CaseUpdateTitleRequest", Type) { Attributes = [Title] };

    public static ResourceShape UpdateDescription { get; } = new("CaseUpdateDescriptionRequest", Type) { Attributes = [Description] };

    public static ResourceShape UpdatePriority { get; } = new("CaseUpdatePriorityRequest", Type) { Attributes = [Priority] };

    public static ResourceShape UpdateStatus { get; } = new("CaseUpdateStatusRequest", Type) { Attributes = [StatusName, Status, WithReason] };

    public static ResourceShape UpdateClosedReason { get; } = new("CaseUpdateClosedReasonRequest", Type) { Attributes = [Reason] };

    public static ResourceShape Assign { get; } = new("CaseAssignRequest", Type) { Attributes = [AssigneeId] };

    public static ResourceShape UpdateAttributes { get; } = new("CaseUpdateAttributesRequest", Type) { Attributes = [Attributes] };

    public static ResourceShape UpdateDueDate { get; } = new("CaseUpdateDueDateRequest", Type) { Attributes = [DueDate] };

    public static ResourceShape UpdateResolvedReason { get; } = new("CaseUpdateResolvedReasonRequest", Type) { Attributes = [ResolvedReason] };

    public static ResourceShape ChangeInsights { get; } = new("CaseInsightsRequest", Type) { Attributes = [Insights] };

    public static ResourceShape UpdateCustomAttribute { get; } = new("CaseUpdateCustomAttributeRequest", Type)
    {
        Attributes = [CustomValues.IsMulti, CustomValues.Type, CustomValues.Value],
    };

    public static ResourceShape Move { get; } = new("ProjectRelationship", "project") { NeedsId = true };

    public static ResourceShape AddComment { get; } = new("CaseCommentRequest", Type) { Attributes = [Comment] };

    public static ResourceShape EditComment { get; } = new("CaseUpdateCommentRequest", Type) { Attributes = [Comment] };

    private static ChoiceField<ClosedReason> ReasonField(string description) =>
        new("closed_reason", [.. ClosedReasons.All.Select(static name => (name, new ClosedReason(name)))]) { Description = description };

    private static ChoiceField<CasePriority> PriorityField(bool required) => new(
        "priority",
        [
            ("P1", CasePriority.P1), ("P2", CasePriority.P2), ("P3", CasePriority.P3), ("P4", CasePriority.P4), ("P5", CasePriority.P5),
            ("NOT_DEFINED", CasePriority.NotDefined),
        ],
        required)
    {
        Description = "How urgent: P1 critical ... P5 information.",
    };
}

/// <summary>One of <see cref="ClosedReasons"/>.</summary>
internal readonly record struct ClosedReason(string Name);
