using Npgsql;
using Switchboard.Grains.Webhooks;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Webhooks;

/// <summary>The columns of webhooks and deliveries, and how they are read.</summary>
internal static class WebhookRows
{
    /// <summary>Of a webhook, without its secrets.</summary>
    public const string WebhookColumns =
        "org_id, id, name, url, event_types, project_ids, enabled, disabled_reason, secret_hint, "
        + "case when previous_secret is not null then previous_until end, failing_since, succeeded_at, created_by, created_at, modified_at";

    /// <summary>Of a delivery.</summary>
    public const string DeliveryColumns =
        "id, event_id, event_type, stream_id, state, attempts, created_at, due_at, expires_at, finished_at, last_status, last_error";

    /// <summary>Of an attempt.</summary>
    public const string AttemptColumns = "number, started_at, finished_at, status, latency_ms, error, response";

    public static Webhook ReadWebhook(NpgsqlDataReader row) => new()
    {
        OrgId = row.GetGuid(0),
        Id = row.GetGuid(1),
        Name = row.GetString(2),
        Url = row.GetString(3),
        EventTypes = row.Texts(4),
        ProjectIds = [.. row.GetFieldValue<Guid[]>(5)],
        Enabled = row.GetBoolean(6),
        DisabledReason = row.TextOrNull(7),
        SecretHint = row.GetString(8),
        PreviousSecretUntil = row.TimeOrNull(9),
        FailingSince = row.TimeOrNull(10),
        SucceededAt = row.TimeOrNull(11),
        CreatedBy = row.GetGuid(12),
        CreatedAt = row.Time(13),
        ModifiedAt = row.Time(14),
    };

    public static WebhookDelivery ReadDelivery(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        EventId = row.GetGuid(1),
        EventType = row.GetString(2),
        CaseId = row.GetGuid(3),
        State = (DeliveryState)row.GetInt16(4),
        Attempts = row.GetInt32(5),
        CreatedAt = row.Time(6),
        DueAt = row.Time(7),
        ExpiresAt = row.Time(8),
        FinishedAt = row.TimeOrNull(9),
        LastStatus = row.NumberOrNull(10),
        LastError = row.TextOrNull(11),
    };

    public static DeliveryAttempt ReadAttempt(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.Time(1), row.TimeOrNull(2), row.NumberOrNull(3), row.NumberOrNull(4), row.TextOrNull(5), row.TextOrNull(6));
}
