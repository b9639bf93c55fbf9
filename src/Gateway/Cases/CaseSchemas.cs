using Switchboard.Cases;
using Switchboard.Gateway.OpenApi;
using Switchboard.Gateway.Orgs;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>The answers of operations on cases, for the OpenAPI document; tests hold every answer against them.</summary>
internal static class CaseSchemas
{
    private static readonly Schema UserReference = Reference("user");

    public static Schema Insight { get; } = Schema.Object(
        Always("ref", Schema.Text.Says("Where it is shown: a path or a URL.")),
        Always("resource_id", Schema.Text),
        Always("type", Schema.OneOf(CaseInsightTypes.All.AsSpan()))).Named("CaseInsight");

    /// <summary>What a case says under custom attributes, by key.</summary>
    public static Schema CustomAttributeValues { get; } = Schema.MapOf(Schema.Object(
        Always("is_multi", Schema.Boolean),
        Always("type", Schema.OneOf(CustomAttributeTypes.All.AsSpan())),
        Always("value", new Schema((string?)null))));

    private static readonly Schema Attributes = Schema.Object(
        new("archived_at", Schema.Time.Says("Only while the case is archived.")),
        Always("attributes", Schema.MapOf(Schema.ListOf(Schema.Text))),
        new("closed_at", Schema.Time.Says("Only while the case is closed.")),
        new("closed_reason", Schema.OneOf(ClosedReasons.All.AsSpan()).Says("Ours. Only on a closed case, and when somebody said why.")),
        Always("comment_count", Schema.Integer),
        Always("created_at", Schema.Time),
        new("created_by_author", UserSchemas.Author.Says("In search results only.")),
        Always("creation_source", Schema.Text),
        Always("custom_attributes", CustomAttributeValues),
        Always("description", Schema.Text),
        new("due_date", (Schema.Text with { Format = "date" }).Says("Only while there is one.")),
        Always("insights", Schema.ListOf(Insight)),
        Always("internal_id", Schema.Uuid),
        Always("key", Schema.Text with { Example = "NOC-42" }),
        Always("merge_status", Schema.OneOf("NOT_MERGED", "MERGED", "PARENT")),
        new("merged_cases", Schema.ListOf(Schema.Object(Always("id", Schema.Uuid), Always("key", Schema.Text)))
            .Says("Ours. The duplicates that were merged into the case, while there are any.")),
        new("modified_at", Schema.Time.Says("Absent until the first real change.")),
        Always("priority", Schema.OneOf("NOT_DEFINED", "P1", "P2", "P3", "P4", "P5")),
        Always("public_id", Schema.Text with { Example = "1093" }),
        new("security_resolved_reason", Schema.Text.Says("Only on security cases that have one.")),
        Always("status", Schema.OneOf("OPEN", "IN_PROGRESS", "CLOSED")),
        Always("status_group", Schema.OneOf("SG_OPEN", "SG_IN_PROGRESS", "SG_CLOSED")),
        Always("status_name", Schema.Text),
        new("task_count", Schema.Integer.Says("Ours. Only on a case that has tasks.")),
        new("task_done_count", Schema.Integer.Says("How many of them are done.")),
        Always("title", Schema.Text),
        Always("type", Schema.Text with { Example = "STANDARD" }),
        Always("type_id", Schema.Uuid));

    public static readonly Schema Case = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("case")),
        Always("attributes", Attributes),
        Always("relationships", Schema.Object(
            new("assignee", UserReference),
            Always("created_by", UserReference),
            new("merged_into", Reference("case").Says("Ours. Only on a merged case.")),
            new("modified_by", UserReference),
            Always("project", Reference("project"))))).Named("Case");

    private static readonly Schema Cell = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("timeline_cell")),
        Always("attributes", Schema.Object(
            Always("author", UserSchemas.Author),
            Always("case_id", Schema.Uuid.Says("Ours: the case that it happened to; a duplicate's cells stand in the timeline of the case it was merged into.")),
            Always("cell_content", Schema.AnyObject),
            Always("content", Schema.Text.Says("The same content as a JSON text.")),
            Always("created_at", Schema.Time),
            new("deleted_at", Schema.Time),
            new("modified_at", Schema.Time),
            Always("type", Schema.Text with { Example = "COMMENT" })))).Named("TimelineCellResource");

    private static readonly Schema Statuses = Schema.Object(
        Always("default", Schema.Text),
        Always("status_options", Schema.ListOf(Schema.Object(Always("name", Schema.Text)))));

    public static Schema StatusesConfig { get; } = Schema.Object(
        Always("closed", Statuses),
        Always("in_progress", Statuses),
        Always("open", Statuses));

    public static Schema TypeData { get; } = Schema.Object(new Property("options", Schema.ListOf(Schema.Object(Always("value", Schema.Text)))));

    private static readonly Schema Type = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("case_type")),
        Always("attributes", Schema.Object(
            new("deleted_at", Schema.Time.Says("Only on a deleted type.")),
            Always("description", Schema.Text),
            Always("emoji", Schema.Text),
            Always("internal", Schema.Boolean),
            Always("name", Schema.Text),
            Always("statuses_config", StatusesConfig)))).Named("CaseTypeResource");

    private static readonly Schema CustomAttribute = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("custom_attribute")),
        Always("attributes", Schema.Object(
            Always("case_type", Schema.Text.Says("The case type's older name.")),
            Always("case_type_id", Schema.Uuid),
            new("description", Schema.Text),
            Always("display_name", Schema.Text),
            Always("is_multi", Schema.Boolean),
            Always("is_required", Schema.Boolean.Says("Whether a new case needs a value.")),
            Always("key", Schema.Text),
            new("map_from", Schema.Text),
            Always("type", Schema.OneOf(CustomAttributeTypes.All.AsSpan())),
            new("type_data", TypeData)))).Named("CustomAttributeConfig");

    public static Schema CaseTypeResponse { get; } = Schema.Object(Always("data", Type)).Named("CaseTypeResponse");

    public static Schema CustomAttributeResponse { get; } =
        Schema.Object(Always("data", CustomAttribute)).Named("CustomAttributeConfigResponse");

    public static Schema CustomAttributesResponse { get; } =
        Schema.Object(Always("data", Schema.ListOf(CustomAttribute))).Named("CustomAttributeConfigsResponse");

    public static Schema CaseResponse { get; } = Schema.Object(
        Always("data", Case),
        Always("included", Schema.ListOf(UserSchemas.Included))).Named("CaseResponse");

    public static Schema CasesResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(Case)),
        Always("included", Schema.ListOf(UserSchemas.Included)),
        Always("meta", Schema.Object(
            Always("page", Schema.Object(
                Always("current", Schema.Integer.Says("The page's number, from 1.")),
                Always("size", Schema.Integer.Says("Cases on this page.")),
                Always("total", Schema.Integer.Says("Pages.")))),
            Always("total_cases", Schema.Integer.Says("Matches, counted up to 10000."))))).Named("CasesResponse");

    public static Schema TimelineResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Cell))).Named("TimelineResponse");

    public static Schema WatchersResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("watcher")),
        Always("relationships", Schema.Object(Always("user", UserReference))))))).Named("CaseWatchersResponse");

    public static Schema CaseTypesResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Type))).Named("CaseTypesResponse");

    private static Schema Reference(string type) => Schema.Object(
        Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf(type)))));
}
