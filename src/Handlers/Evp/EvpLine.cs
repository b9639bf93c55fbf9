using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Handlers.Evp;

/// <summary>
/// An event as one flat line of JSON. <c>docs/events.md</c> promises these columns: always all of them, in this order, null where there
/// is nothing. New ones come at the end; none is renamed or gets another meaning.
/// </summary>
internal static class EvpLine
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line, without its end.</summary>
    public static string Of(EventRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>(1024 + record.Payload.Length);
        using (var body = JsonDocument.Parse(record.Payload))
        using (var json = new Utf8JsonWriter(bytes, _options))
        {
            json.WriteStartObject();
            json.WriteString("event_id", record.EventId);
            json.WriteString("event_type", record.Type);
            json.WriteNumber("event_schema", record.Schema);
            json.WriteString("tenant", record.Tenant);
            json.WriteString("org_id", record.OrgId);
            json.WriteString("stream_type", record.StreamType);
            json.WriteString("stream_id", record.StreamId);
            json.WriteNumber("stream_version", record.Version);
            WriteTime(json, "occurred_at", record.OccurredAt);
            WriteTime(json, "recorded_at", record.RecordedAt);
            json.WriteString("actor_kind", KindOf(record.Actor.Kind));
            json.WriteString("actor_id", record.Actor.Id);
            json.WriteString("correlation_id", record.CorrelationId);
            json.WriteString("causation_id", record.CausationId);
            json.WriteString("trace_parent", record.TraceParent);
            json.WriteNumber("log_epoch", record.Epoch);
            json.WriteNumber("log_tx", record.Tx);
            json.WriteNumber("log_seq", record.Seq);
            WriteMember(json, "project_id", body.RootElement, "project_id");
            WriteMember(json, "value_from", body.RootElement, "from");
            WriteMember(json, "value_to", body.RootElement, "to");
            json.WriteString("payload", record.Payload);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>A member of the body as text: a text as it is, anything else as JSON.</summary>
    private static void WriteMember(Utf8JsonWriter json, string column, JsonElement body, string member)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            json.WriteNull(column);
        }
        else
        {
            json.WriteString(column, value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText());
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string column, DateTimeOffset time) =>
        json.WriteString(column, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));

    private static string KindOf(ActorKind kind) => kind switch
    {
        ActorKind.User => "user",
        ActorKind.ApiKey => "api_key",
        ActorKind.Rule => "rule",
        ActorKind.Integration => "integration",
        _ => "system",
    };
}
