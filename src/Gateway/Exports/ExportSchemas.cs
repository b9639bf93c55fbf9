using Switchboard.Gateway.Cases;
using Switchboard.Gateway.OpenApi;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Exports;

/// <summary>A line of an export, for the OpenAPI document.</summary>
internal static class ExportSchemas
{
    private static readonly Schema NullableTime = Schema.Time with { Nullable = true };
    private static readonly Schema NullableText = Schema.Text with { Nullable = true };

    public static Schema Line { get; } = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("case")),
        Always("attributes", Schema.Object(
            Always("archived_at", NullableTime),
            Always("attributes", Schema.MapOf(Schema.ListOf(Schema.Text))),
            Always("closed_at", NullableTime),
            Always("comment_count", Schema.Integer),
            Always("created_at", Schema.Time),
            Always("creation_source", Schema.Text),
            Always("custom_attributes", Schema.AnyObject),
            Always("description", Schema.Text),
            Always("due_date", NullableText),
            Always("insights", Schema.ListOf(CaseSchemas.Insight)),
            Always("key", Schema.Text),
            Always("modified_at", NullableTime),
            Always("priority", Schema.Text),
            Always("public_id", Schema.Text),
            Always("security_resolved_reason", NullableText),
            Always("status_group", Schema.Text),
            Always("status_name", Schema.Text),
            new("timeline", Schema.ListOf(Schema.Object(
                Always("author_id", Schema.Uuid with { Nullable = true }),
                Always("cell_content", Schema.AnyObject),
                Always("created_at", Schema.Time),
                Always("type", Schema.Text)))),
            Always("title", Schema.Text),
            Always("type_id", Schema.Uuid))),
        Always("relationships", Schema.Object(
            Always("assignee", Reference("user")),
            Always("created_by", Reference("user")),
            Always("modified_by", Reference("user")),
            Always("project", Reference("project"))))).Named("ExportedCase");

    private static Schema Reference(string type) => Schema.Object(
        Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf(type))) with { Nullable = true }));
}
