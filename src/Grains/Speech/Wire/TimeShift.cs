using System.Buffers;
using System.Text.Json;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>
/// Moves every time of a message: an engine that takes a stream over counts from where it began. Everything else is copied as it is,
/// also what is not known here.
/// </summary>
public static class TimeShift
{
    /// <summary>Writes the message with its times later by that many seconds, rounded to microseconds.</summary>
    /// <exception cref="JsonException">The message is no JSON.</exception>
    public static void Write(ReadOnlySpan<byte> json, double seconds, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(json);
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        var isTime = false;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(Unescaped(ref reader));
                    isTime = reader.ValueTextEquals("start"u8) || reader.ValueTextEquals("end"u8)
                        || reader.ValueTextEquals("timestamp"u8) || reader.ValueTextEquals("last_word_end"u8);
                    continue;
                case JsonTokenType.Number when isTime && reader.GetDouble() is >= 0 and var time:
                    writer.WriteNumberValue(Math.Round(time + seconds, 6));
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(Unescaped(ref reader));
                    break;
                default:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }

            isTime = false;
        }

        writer.Flush();
    }

    private static string Unescaped(ref Utf8JsonReader reader) => reader.GetString() ?? "";
}
