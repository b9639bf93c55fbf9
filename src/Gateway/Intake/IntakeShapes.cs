using Switchboard.Cases;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Intake;
using Switchboard.Intake;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Intake;

/// <summary>Alerts in our own form, and what is answered about them.</summary>
internal static class IntakeShapes
{
    public const string AlertType = "alert";
    public const string ReceiptType = "intake_receipt";

    public static TextField DedupKey { get; } = new("dedup_key")
    {
        NotEmpty = true,
        Description = "Alerts with the same key are about the same trouble; the title when it is left out.",
        Example = "disk-full/db-7",
    };

    public static ChoiceField<AlertStatus> Status { get; } = new(
        "status", [("trigger", AlertStatus.Trigger), ("acknowledge", AlertStatus.Acknowledge), ("resolve", AlertStatus.Resolve)])
    {
        Description = "trigger when it is left out.",
    };

    public static TextField Title { get; } = new("title", Required: true) { NotEmpty = true, Example = "Disk full on db-7" };

    public static TextField Description { get; } = new("description");

    public static ChoiceField<CasePriority> Priority { get; } = new(
        "priority",
        [
            ("NOT_DEFINED", CasePriority.NotDefined), ("P1", CasePriority.P1), ("P2", CasePriority.P2), ("P3", CasePriority.P3), ("P4", CasePriority.P4), ("P5", CasePriority.P5),
        ]);

    public static TextField Source { get; } = new("source") { Description = "What it is about: a host, an address, a system." };

    public static TextField Service { get; } = new("service");

    public static TextField Team { get; } = new("team");

    public static TextField Environment { get; } = new("environment");

    public static TextListField Tags { get; } = new("tags") { Description = "Labels of the form name:value." };

    public static TextListField Links { get; } = new("links") { Description = "Addresses of pages about it." };

    public static TimeField StartsAt { get; } = new("starts_at");

    public static TimeField EndsAt { get; } = new("ends_at");

    public static ResourceShape Alert { get; } = new("AlertSubmitRequest", AlertType)
    {
        Attributes = [DedupKey, Status, Title, Description, Priority, Source, Service, Team, Environment, Tags, Links, StartsAt, EndsAt],
    };

    private static readonly Schema Taken = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(ReceiptType)),
        Always("attributes", Schema.Object(
            Always("dedup_key", Schema.Text),
            Always("state", Schema.OneOf("processing", "dropped").Says("dropped: a route of the integration forgot it, and nothing is kept."))))).Named("IntakeTaken");

    public static Schema TakenResponse { get; } = Schema.Object(Always("data", Taken)).Named("IntakeTakenResponse");

    public static Schema TakenListResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Taken))).Named("IntakeTakenListResponse");

    public static Schema ReceiptResponse { get; } = Schema.Object(Always("data", Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(ReceiptType)),
        Always("attributes", Schema.Object(
            new("case_id", Schema.Uuid),
            Always("dedup_key", Schema.Text),
            Always("integration_id", Schema.Uuid),
            new("message", Schema.Object(
                new("body", Schema.Text.Says("As it was sent; without what lies behind the bound of Intake:KeepMessageBytes.")),
                new("body_base64", Schema.Text.Says("In place of body, where that is no text.")),
                Always("body_bytes", Schema.Integer.Says("The size of the whole body.")),
                Always("headers", Schema.AnyObject.Says("Texts by name; of those that may be secrets the name alone.")),
                Always("truncated", Schema.Boolean)).Named("IntakeMessage")),
            Always("received_at", Schema.Time),
            new("result", Schema.OneOf("opened", "updated", "grouped", "overflowed", "acknowledged", "resolved", "ignored", "reopened")),
            Always("state", Schema.OneOf("processing", "done"))))))).Named("IntakeReceiptResponse");

    public static Schema AlertsResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Schema.Object(
        Always("id", Schema.Text.Says("The dedup key.")),
        Always("type", Schema.OneOf(AlertType)),
        Always("attributes", Schema.Object(
            new("case_id", Schema.Uuid),
            Always("count", Schema.Integer.Says("How often it was triggered since the trouble began.")),
            new("first_at", Schema.Time),
            Always("integration_id", Schema.Uuid),
            new("last_at", Schema.Time),
            Always("open", Schema.Boolean),
            new("resolved_at", Schema.Time),
            Always("total", Schema.Integer.Says("Alerts of the key altogether.")))))))).Named("IntakeAlertsResponse");

    /// <summary>The alert that a body says.</summary>
    public static Either<IntakeAlert> Read(ResourceBody body)
    {
        if (AlertText.Line(body.Get(Title), Switchboard.Limits.CaseTitle) is not { } title)
        {
            return ApiError.BadRequest("attribute \"title\" must not be empty");
        }

        return new IntakeAlert
        {
            DedupKey = AlertText.Key(body.Get(DedupKey)) ?? AlertText.Key(title)!,
            Status = body.Get(Status) ?? AlertStatus.Trigger,
            Title = title,
            Description = AlertText.Lines(body.Get(Description), Switchboard.Limits.AlertDescription),
            Priority = body.Get(Priority) ?? CasePriority.NotDefined,
            Source = AlertText.Line(body.Get(Source), Switchboard.Limits.AttributeValue),
            Service = AlertText.Line(body.Get(Service), Switchboard.Limits.AttributeValue),
            Team = AlertText.Line(body.Get(Team), Switchboard.Limits.AttributeValue),
            Environment = AlertText.Line(body.Get(Environment), Switchboard.Limits.AttributeValue),
            Tags = AlertText.Tags((body.Get(Tags) ?? []).Select(TagOf)),
            Links = AlertText.Links(body.Get(Links) ?? []),
            StartsAt = body.Get(StartsAt),
            EndsAt = body.Get(EndsAt),
        };
    }

    private static KeyValuePair<string, string> TagOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new(text, "true") : new(text[..colon], text[(colon + 1)..]);
    }
}
