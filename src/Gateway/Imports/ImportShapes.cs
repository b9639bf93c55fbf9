using System.Collections.Immutable;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.OpenApi;
using Switchboard.Timeline;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Imports;

/// <summary>What a line of an import looks like: a case as it is created, as it is exported, and what became of it.</summary>
internal static class ImportShapes
{
    /// <summary>Kinds of timeline entries that are replayed; others that we write are passed over, since the attributes say what came of them.</summary>
    public static readonly ImmutableArray<string> Replayed =
    [
        TimelineCellKinds.Comment, TimelineCellKinds.StatusChanged, TimelineCellKinds.PriorityChanged, TimelineCellKinds.AssigneeChanged,
        TimelineCellKinds.TitleChanged, TimelineCellKinds.DescriptionChanged, TimelineCellKinds.Archived, TimelineCellKinds.Unarchived,
    ];

    public static TimeField CreatedAt { get; } = new("created_at") { Description = "When the case was opened; now if absent." };

    public static TimeField ModifiedAt { get; } = new("modified_at") { Description = "When due date, insights and reason became what they are." };

    public static TimeField ClosedAt { get; } = new("closed_at") { Description = "When the case got its status." };

    public static TimeField ArchivedAt { get; } = new("archived_at") { Description = "When the case was archived." };

    public static TextField CreationSource { get; } = new("creation_source") { NotEmpty = true, Description = "IMPORT if absent." };

    public static TextField SourceKey { get; } = new("source_key")
    {
        NotEmpty = true,
        Description = "What the case is called where it comes from. Within a project, a case of the same source key is imported once.",
    };

    public static TextField ResolvedReason { get; } = new("security_resolved_reason") { NotEmpty = true, Description = "On security cases only." };

    public static DayField DueDate { get; } = new("due_date", Required: false) { Description = "YYYY-MM-DD." };

    public static ObjectListField Insights { get; } = new("insights", CaseSchemas.Insight, 0, Switchboard.Limits.Insights) { Description = "What explains the case." };

    public static ObjectListField Timeline { get; } = new(
        "timeline",
        Schema.Object(
            Always("type", Schema.Text),
            Always("created_at", Schema.Time),
            new("author_id", Schema.Uuid),
            new("cell_content", Schema.AnyObject)),
        0,
        ImportLine.MostEntries)
    {
        Description = "What happened since: COMMENT with message; STATUS_CHANGED, PRIORITY_CHANGED, ASSIGNEE_CHANGED, TITLE_CHANGED, DESCRIPTION_CHANGED "
            + "with from and to; ARCHIVED, UNARCHIVED.",
    };

    public static RelationshipField CreatedBy { get; } = new("created_by", "user");

    public static ResourceShape Line { get; } = new("CaseImportLine", CaseShapes.Type)
    {
        Attributes =
        [
            CaseShapes.Title, CaseShapes.NewDescription, CaseShapes.NewPriority, CaseShapes.StatusName, CaseShapes.TypeId, CaseShapes.LegacyType,
            CaseShapes.NewAttributes, CaseShapes.CustomAttributes, CreatedAt, ModifiedAt, ClosedAt, ArchivedAt, CreationSource, SourceKey,
            ResolvedReason, DueDate, Insights, Timeline,
        ],
        Relationships = [CaseShapes.Project, CaseShapes.Assignee, CreatedBy],
    };

    public static Schema Result { get; } = Schema.Object(
        Always("line", Schema.Integer.Says("The line's number, from 1.")),
        Always("status", Schema.OneOf("done", "known", "refused").Says("known: it had been imported before.")),
        new("id", Schema.Uuid),
        new("key", Schema.Text),
        new("title", Schema.Text.Says("Of a refusal.")),
        new("detail", Schema.Text.Says("Of a refusal."))).Named("CaseImportResult");

    public static Schema Receipt { get; } = Schema.Object(
        Always("data", Schema.Object(
            Always("id", Schema.Uuid),
            Always("type", Schema.OneOf("case_import")),
            Always("attributes", Schema.Object(
                Always("advanced_at", Schema.Time),
                Always("imported", Schema.Integer.Says("Lines that are cases now.")),
                Always("lines", Schema.Integer.Says("Lines dealt with, without a gap; go on with first_line one higher.")),
                Always("refused", Schema.Integer),
                Always("started_at", Schema.Time)))))).Named("CaseImportReceipt");
}
