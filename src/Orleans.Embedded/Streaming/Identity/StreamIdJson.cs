using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Runtime;

/// <summary>Writes a stream as the array <c>[namespace or null, key]</c>.</summary>
public sealed class StreamIdJsonConverter : JsonConverter<StreamId>
{
    /// <inheritdoc/>
    public override StreamId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<string?[]>(ref reader, options) is [var ns, { Length: > 0 } key]
            ? StreamId.Create(ns, key)
            : throw new JsonException("A StreamId must be an array of the namespace, or null, and the key.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StreamId value, JsonSerializerOptions options)
    {
        if (value.Key.IsEmpty)
        {
            throw new JsonException("A StreamId without a key cannot be written.");
        }

        writer.WriteStartArray();
        if (value.Namespace.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteStringValue(value.Namespace.Span);
        }

        writer.WriteStringValue(value.Key.Span);
        writer.WriteEndArray();
    }
}

/// <summary>Writes a stream of a provider as the array <c>[provider, stream]</c>.</summary>
public sealed class QualifiedStreamIdJsonConverter : JsonConverter<QualifiedStreamId>
{
    /// <inheritdoc/>
    public override QualifiedStreamId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.GetString() is not { Length: > 0 } provider || !reader.Read())
        {
            throw new JsonException("A QualifiedStreamId must be an array of the provider's name and the stream.");
        }

        var stream = JsonSerializer.Deserialize<StreamId>(ref reader, options);
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray
            ? new QualifiedStreamId(provider, stream)
            : throw new JsonException("A QualifiedStreamId has two parts only.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, QualifiedStreamId value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.ProviderName);
        JsonSerializer.Serialize(writer, value.StreamId, options);
        writer.WriteEndArray();
    }
}
