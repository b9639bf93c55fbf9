using Switchboard.Gateway.OpenApi;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Webhooks;

/// <summary>What answers about webhooks look like.</summary>
internal static class WebhookSchemas
{
    private static readonly Schema Webhook = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("webhook")),
        Always("attributes", Schema.Object(
            Always("created_at", Schema.Time),
            new("disabled_reason", Schema.Text.Says("Why it was switched off by itself.")),
            Always("enabled", Schema.Boolean),
            Always("event_types", Schema.ListOf(Schema.Text)),
            new("failing_since", Schema.Time),
            Always("modified_at", Schema.Time),
            Always("name", Schema.Text),
            new("previous_secret_valid_until", Schema.Time),
            Always("project_ids", Schema.ListOf(Schema.Uuid)),
            new("secret", Schema.Text.Says("Shown once, when it is made.")),
            Always("secret_hint", Schema.Text.Says("The secret's last four characters.")),
            new("succeeded_at", Schema.Time),
            Always("url", Schema.Text)))).Named("Webhook");

    private static readonly Schema Delivery = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("webhook_delivery")),
        Always("attributes", Schema.Object(
            new("attempt_log", Schema.ListOf(Schema.Object(
                Always("number", Schema.Integer),
                Always("started_at", Schema.Time),
                new("finished_at", Schema.Time.Says("Absent while it runs, and when it was interrupted: then it is not known whether it arrived.")),
                new("status", Schema.Integer),
                new("latency_ms", Schema.Integer),
                new("error", Schema.Text),
                new("response", Schema.Text.Says("The beginning of the answer's body.")))).Says("Where one delivery was asked for.")),
            Always("attempts", Schema.Integer),
            Always("case_id", Schema.Uuid),
            Always("created_at", Schema.Time),
            new("due_at", Schema.Time.Says("Of the next attempt.")),
            Always("event_id", Schema.Uuid),
            Always("event_type", Schema.Text),
            new("expires_at", Schema.Time.Says("When it is given up.")),
            new("finished_at", Schema.Time),
            new("last_error", Schema.Text),
            new("last_status", Schema.Integer),
            Always("state", Schema.OneOf("due", "delivered", "given_up"))))).Named("WebhookDelivery");

    public static Schema One { get; } = Schema.Object(Always("data", Webhook)).Named("WebhookResponse");

    public static Schema Many { get; } = Schema.Object(Always("data", Schema.ListOf(Webhook))).Named("WebhooksResponse");

    public static Schema OneDelivery { get; } = Schema.Object(Always("data", Delivery)).Named("WebhookDeliveryResponse");

    public static Schema Deliveries { get; } = Schema.Object(
        Always("data", Schema.ListOf(Delivery)),
        Always("meta", Schema.Object(Always("page", Schema.Object(
            new Property("next_cursor", Schema.Text.Says("Absent on the last page."))))))).Named("WebhookDeliveriesResponse");

    public static Schema Replayed { get; } = Schema.Object(
        Always("data", Schema.Object(
            Always("type", Schema.OneOf(WebhookShapes.ReplayType)),
            Always("attributes", Schema.Object(
                Always("deliveries", Schema.Integer.Says("How many are due again.")),
                Always("complete", Schema.Boolean.Says("False when there are more than one request replays: send it again.")))))))
        .Named("WebhookReplayResponse");
}
