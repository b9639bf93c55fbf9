using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Intake;

namespace Switchboard.Gateway.Intake;

/// <summary>Receipts and dedup keys as documents; what is unset is left out.</summary>
internal static class IntakeJson
{
    public static void WriteTaken(Utf8JsonWriter json, TakenAlert taken)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, taken);
        json.WriteEndObject();
    }

    public static void WriteTakenList(Utf8JsonWriter json, ImmutableArray<TakenAlert> taken)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var one in taken)
        {
            Write(json, one);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteReceipt(Utf8JsonWriter json, IntakeReceipt receipt)
    {
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, receipt.Id);
        json.WriteString("type"u8, IntakeShapes.ReceiptType);
        json.WriteStartObject("attributes"u8);
        if (receipt.CaseId is { } caseId)
        {
            json.WriteString("case_id"u8, caseId);
        }

        json.WriteString("dedup_key"u8, receipt.DedupKey);
        json.WriteString("integration_id"u8, receipt.IntegrationId);
        if (receipt.Message is { } message)
        {
            Write(json, message);
        }

        json.WriteTime("received_at"u8, receipt.ReceivedAt);
        if (receipt.Result is { } result)
        {
            json.WriteString("result"u8, IntakeNames.Of(result));
        }

        json.WriteString("state"u8, receipt.IsPending ? "processing"u8 : "done"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteAlerts(Utf8JsonWriter json, ImmutableArray<AlertKeyView> keys)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var key in keys)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, key.DedupKey);
            json.WriteString("type"u8, IntakeShapes.AlertType);
            json.WriteStartObject("attributes"u8);
            if (key.CaseId is { } caseId)
            {
                json.WriteString("case_id"u8, caseId);
            }

            json.WriteNumber("count"u8, key.Count);
            WriteTime(json, "first_at"u8, key.FirstAt);
            json.WriteString("integration_id"u8, key.IntegrationId);
            WriteTime(json, "last_at"u8, key.LastAt);
            json.WriteBoolean("open"u8, key.Open);
            WriteTime(json, "resolved_at"u8, key.ResolvedAt);
            json.WriteNumber("total"u8, key.Total);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteTime(name, value);
        }
    }

    private static void Write(Utf8JsonWriter json, SentMessage message)
    {
        json.WriteStartObject("message"u8);
        var isCut = message.Body.Length < message.BodyBytes;
        var text = isCut ? WholeCharacters(message.Body) : message.Body;
        if (Utf8.IsValid(text))
        {
            json.WriteString("body"u8, text);
        }
        else
        {
            json.WriteBase64String("body_base64"u8, message.Body);
        }

        json.WriteNumber("body_bytes"u8, message.BodyBytes);
        json.WritePropertyName("headers"u8);
        json.WriteRawValue(message.Headers);
        json.WriteBoolean("truncated"u8, isCut);
        json.WriteEndObject();
    }

    /// <summary>Without a character that was cut in two at the end.</summary>
    private static ReadOnlySpan<byte> WholeCharacters(ReadOnlySpan<byte> text)
    {
        for (var back = 1; back <= 3 && back <= text.Length; back++)
        {
            var last = text[^back];
            if ((last & 0xC0) == 0xC0)
            {
                return text[..^back];
            }

            if ((last & 0x80) == 0)
            {
                break;
            }
        }

        return text;
    }

    private static void Write(Utf8JsonWriter json, TakenAlert taken)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, taken.ReceiptId);
        json.WriteString("type"u8, IntakeShapes.ReceiptType);
        json.WriteStartObject("attributes"u8);
        json.WriteString("dedup_key"u8, taken.DedupKey);
        json.WriteString("state"u8, taken.IsKept ? "processing"u8 : "dropped"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
