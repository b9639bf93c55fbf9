using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Webhooks;

namespace Switchboard.Gateway.Webhooks;

/// <summary>Webhooks and deliveries as documents; what is unset is left out.</summary>
internal static class WebhookJson
{
    public static void WriteDocument(Utf8JsonWriter json, WebhookWithSecret state)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, state.Webhook, state.Secret);
        json.WriteEndObject();
    }

    public static void WriteList(Utf8JsonWriter json, ImmutableArray<Webhook> webhooks)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var webhook in webhooks)
        {
            Write(json, webhook, null);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteDelivery(Utf8JsonWriter json, WebhookDelivery delivery)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, delivery);
        json.WriteEndObject();
    }

    public static void WriteDeliveries(Utf8JsonWriter json, (ImmutableArray<WebhookDelivery> Page, string? Next) state)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var delivery in state.Page)
        {
            Write(json, delivery);
        }

        json.WriteEndArray();
        json.WriteStartObject("meta"u8);
        json.WriteStartObject("page"u8);
        WriteText(json, "next_cursor"u8, state.Next);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteReplayed(Utf8JsonWriter json, (int Deliveries, bool Complete) state)
    {
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        json.WriteString("type"u8, WebhookShapes.ReplayType);
        json.WriteStartObject("attributes"u8);
        json.WriteNumber("deliveries"u8, state.Deliveries);
        json.WriteBoolean("complete"u8, state.Complete);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Webhook webhook, string? secret)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, webhook.Id);
        json.WriteString("type"u8, "webhook"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteTime("created_at"u8, webhook.CreatedAt);
        WriteText(json, "disabled_reason"u8, webhook.DisabledReason);
        json.WriteBoolean("enabled"u8, webhook.Enabled);
        json.WriteStartArray("event_types"u8);
        foreach (var type in webhook.EventTypes)
        {
            json.WriteStringValue(type);
        }

        json.WriteEndArray();
        WriteTime(json, "failing_since"u8, webhook.FailingSince);
        json.WriteTime("modified_at"u8, webhook.ModifiedAt);
        json.WriteString("name"u8, webhook.Name);
        WriteTime(json, "previous_secret_valid_until"u8, webhook.PreviousSecretUntil);
        json.WriteStartArray("project_ids"u8);
        foreach (var project in webhook.ProjectIds)
        {
            json.WriteStringValue(project);
        }

        json.WriteEndArray();
        WriteText(json, "secret"u8, secret);
        json.WriteString("secret_hint"u8, webhook.SecretHint);
        WriteTime(json, "succeeded_at"u8, webhook.SucceededAt);
        json.WriteString("url"u8, webhook.Url);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, WebhookDelivery delivery)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, delivery.Id);
        json.WriteString("type"u8, "webhook_delivery"u8);
        json.WriteStartObject("attributes"u8);
        if (!delivery.Log.IsEmpty)
        {
            json.WriteStartArray("attempt_log"u8);
            foreach (var attempt in delivery.Log)
            {
                Write(json, attempt);
            }

            json.WriteEndArray();
        }

        json.WriteNumber("attempts"u8, delivery.Attempts);
        json.WriteString("case_id"u8, delivery.CaseId);
        json.WriteTime("created_at"u8, delivery.CreatedAt);
        if (delivery.State == DeliveryState.Due)
        {
            json.WriteTime("due_at"u8, delivery.DueAt);
        }

        json.WriteString("event_id"u8, delivery.EventId);
        json.WriteString("event_type"u8, delivery.EventType);
        if (delivery.State == DeliveryState.Due)
        {
            json.WriteTime("expires_at"u8, delivery.ExpiresAt);
        }

        WriteTime(json, "finished_at"u8, delivery.FinishedAt);
        WriteText(json, "last_error"u8, delivery.LastError);
        WriteNumber(json, "last_status"u8, delivery.LastStatus);
        json.WriteString("state"u8, NameOf(delivery.State));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DeliveryAttempt attempt)
    {
        json.WriteStartObject();
        json.WriteNumber("number"u8, attempt.Number);
        json.WriteTime("started_at"u8, attempt.StartedAt);
        WriteTime(json, "finished_at"u8, attempt.FinishedAt);
        WriteNumber(json, "status"u8, attempt.Status);
        WriteNumber(json, "latency_ms"u8, attempt.LatencyMs);
        WriteText(json, "error"u8, attempt.Error);
        WriteText(json, "response"u8, attempt.Response);
        json.WriteEndObject();
    }

    public static string NameOf(DeliveryState state) => state switch
    {
        DeliveryState.Due => "due",
        DeliveryState.Delivered => "delivered",
        DeliveryState.GivenUp => "given_up",
        _ => ((int)state).ToString(CultureInfo.InvariantCulture),
    };

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteTime(name, value);
        }
    }
}
