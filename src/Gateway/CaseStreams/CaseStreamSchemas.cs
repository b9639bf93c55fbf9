using Switchboard.Gateway.Cases;
using Switchboard.Gateway.OpenApi;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>What the data of an event looks like, in a stream and (without <c>in_query</c> and <c>data</c>) in a webhook.</summary>
internal static class CaseStreamSchemas
{
    public static Schema Event { get; } = Schema.Object(
        Always("id", Schema.Text.Says("The event's place in the log, by which a stream is resumed.")),
        Always("event_id", Schema.Uuid),
        Always("type", Schema.Text with { Example = "case.status_changed" }),
        Always("occurred_at", Schema.Time),
        Always("organization_id", Schema.Uuid),
        Always("actor", Schema.Object(
            Always("type", Schema.OneOf("system", "user", "api_key", "rule", "integration", "other")),
            new("id", Schema.Uuid))),
        Always("case", Schema.Object(
            Always("id", Schema.Uuid),
            new("key", Schema.Text),
            new("project_id", Schema.Uuid),
            Always("version", Schema.Integer))),
        Always("changes", Schema.ListOf(Schema.Object(
            Always("field", Schema.Text),
            new("id", Schema.Uuid.Says("The comment, where the change is of one.")),
            Always("old", new Schema((string?)null) { Nullable = true }),
            Always("new", new Schema((string?)null) { Nullable = true })))),
        Always("in_query", Schema.Boolean.Says("Whether the case is, after the change, what the filter asks for.")),
        new("data", CaseSchemas.Case)).Named("CaseStreamEvent");
}
