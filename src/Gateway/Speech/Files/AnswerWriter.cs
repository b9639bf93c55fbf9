using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>
/// Writes the answer to a file: the results as the engine gave them, and metadata that says what this service knows better: the request's
/// id, the hash, the client's labels, and what was asked for in vain.
/// </summary>
internal static class AnswerWriter
{
    private static readonly string[] FromEngine = ["duration", "channels", "models", "model_info"];

    public static void Write(
        JsonElement answer, Guid requestId, ListenParameters parameters, string sha256, DateTimeOffset created, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartObject("metadata"u8);
        json.WriteString("transaction_key"u8, "deprecated");
        json.WriteString("request_id"u8, requestId);
        json.WriteString("sha256"u8, sha256);
        json.WriteString("created"u8, created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        var metadata = answer.GetProperty("metadata"u8);
        foreach (var name in FromEngine)
        {
            if (metadata.TryGetProperty(name, out var value))
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }

        WriteLabels(json, parameters);
        WriteCallbackMetadata(json, parameters.CallbackMetadata);
        WriteWarnings(json, metadata, parameters.Unsupported);
        json.WriteEndObject();
        json.WritePropertyName("results"u8);
        answer.GetProperty("results"u8).WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteLabels(Utf8JsonWriter json, ListenParameters parameters)
    {
        if (!parameters.Tags.IsEmpty)
        {
            json.WriteStartArray("tags"u8);
            foreach (var tag in parameters.Tags)
            {
                json.WriteStringValue(tag);
            }

            json.WriteEndArray();
        }

        if (!parameters.Extra.IsEmpty)
        {
            json.WriteStartObject("extra"u8);
            foreach (var (name, value) in parameters.Extra)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    }

    // Aldea's: JSON comes back as it is, anything else as text.
    private static void WriteCallbackMetadata(Utf8JsonWriter json, string? text)
    {
        if (text is null)
        {
            return;
        }

        json.WritePropertyName("metadata"u8);
        try
        {
            using var document = JsonDocument.Parse(text);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(text);
        }
    }

    private static void WriteWarnings(Utf8JsonWriter json, JsonElement metadata, ImmutableArray<string> unsupported)
    {
        var ofEngine = metadata.TryGetProperty("warnings"u8, out var warnings) && warnings.ValueKind == JsonValueKind.Array;
        if (!ofEngine && unsupported.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("warnings"u8);
        if (ofEngine)
        {
            foreach (var warning in warnings.EnumerateArray())
            {
                warning.WriteTo(json);
            }
        }

        foreach (var parameter in unsupported)
        {
            json.WriteStartObject();
            json.WriteString("parameter"u8, parameter);
            json.WriteString("type"u8, "unsupported");
            json.WriteString("message"u8, $"{parameter} is not done here and was ignored.");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
