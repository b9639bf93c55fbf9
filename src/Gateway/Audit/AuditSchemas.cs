using Switchboard.Gateway.OpenApi;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Audit;

/// <summary>The answers about the audit log, for the OpenAPI document.</summary>
internal static class AuditSchemas
{
    private static readonly Schema Facts = Schema.Object(
        Always("evt", Schema.Object(
            Always("id", Schema.Uuid),
            Always("name", Schema.Text),
            Always("schema", Schema.Integer))),
        Always("usr", Schema.Object(
            Always("id", Schema.Uuid),
            Always("kind", Schema.OneOf("system", "user", "api_key", "rule", "integration")),
            new("email", Schema.Text),
            new("name", Schema.Text))),
        Always("asset", Schema.Object(
            Always("id", Schema.Uuid),
            Always("type", Schema.Text),
            Always("version", Schema.Integer))),
        Always("request_id", Schema.Text),
        new("causation_id", Schema.Text),
        new("traceparent", Schema.Text),
        Always("occurred_at", Schema.Time.Says("When it happened; of something imported, as the import says.")),
        Always("recorded_at", Schema.Time.Says("When it was stored; the same as timestamp.")),
        Always("chain", Schema.Object(
            Always("number", Schema.Integer),
            Always("hash", Schema.Text))),
        Always("details", Schema.AnyObject.Says("The event's body; of a change, the old value (from) and the new one (to).")));

    public static Schema Event { get; } = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("audit")),
        Always("attributes", Schema.Object(
            Always("attributes", Facts),
            Always("message", Schema.Text),
            Always("service", Schema.Text),
            Always("tags", Schema.ListOf(Schema.Text)),
            Always("timestamp", Schema.Time)))).Named("AuditLogsEvent");

    public static Schema EventsResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(Event)),
        new("links", Schema.Object(Always("next", Schema.Text))),
        Always("meta", Schema.Object(
            Always("elapsed", Schema.Integer),
            new("page", Schema.Object(Always("after", Schema.Text))),
            Always("request_id", Schema.Text),
            Always("status", Schema.OneOf("done"))))).Named("AuditLogsEventsResponse");

    public static Schema VerifyResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(Schema.Object(
            Always("id", Schema.Text),
            Always("type", Schema.OneOf("audit_chain")),
            Always("attributes", Schema.Object(
                Always("service", Schema.Text),
                Always("whole", Schema.Boolean),
                Always("complete", Schema.Boolean),
                Always("from", Schema.Integer),
                Always("to", Schema.Integer),
                Always("head", Schema.Object(
                    Always("number", Schema.Integer),
                    new("hash", Schema.Text))),
                new("fault", Schema.Object(
                    Always("number", Schema.Integer),
                    Always("kind", Schema.OneOf("missing", "changed", "head_differs", "written_anew")),
                    Always("detail", Schema.Text)))))))),
        Always("meta", Schema.Object(Always("whole", Schema.Boolean)))).Named("AuditVerifyResponse");
}
