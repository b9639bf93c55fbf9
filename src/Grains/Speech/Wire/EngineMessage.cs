using System.Text.Json;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>Kinds of messages that an engine sends.</summary>
public enum EngineMessageKind
{
    /// <summary>None that is known.</summary>
    Other = 0,

    /// <summary>A result.</summary>
    Results = 1,

    /// <summary>The last message.</summary>
    Metadata = 2,

    /// <summary>Speech began, or an utterance ended.</summary>
    Event = 3,
}

/// <summary>
/// What a relay must know of a message that it passes on: read by one pass over its tokens, nothing is built. Words are skipped.
/// </summary>
public readonly record struct EngineMessage
{
    private const int IdLength = 36;

    /// <summary>The kind.</summary>
    public EngineMessageKind Kind { get; private init; }

    /// <summary>Whether a result is final.</summary>
    public bool IsFinal { get; private init; }

    /// <summary>Whether a <c>Finalize</c> brought a result about.</summary>
    public bool FromFinalize { get; private init; }

    /// <summary>Start of a result's window in seconds.</summary>
    public double Start { get; private init; }

    /// <summary>Length of a result's window in seconds.</summary>
    public double Duration { get; private init; }

    /// <summary>The channel of a result.</summary>
    public int Channel { get; private init; }

    /// <summary>How many channels there are, as the result says.</summary>
    public int Channels { get; private init; }

    /// <summary>Whether the result's best hypothesis holds anything.</summary>
    public bool HasText { get; private init; }

    /// <summary>Where the id of the request stands in the message, to be written over; null when it stands nowhere.</summary>
    public Range? RequestId { get; private init; }

    /// <summary>Reads a message; false when it is none: no JSON object, or one of a shape that no result has.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out EngineMessage message)
    {
        message = default;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                message = ReadMember(ref reader, message);
            }

            return reader.TokenType == JsonTokenType.EndObject && !reader.Read()
                && double.IsFinite(message.Start) && double.IsFinite(message.Duration) && message.Start >= 0 && message.Duration >= 0;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static EngineMessage ReadMember(ref Utf8JsonReader reader, EngineMessage message)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            reader.Read();
            return message with { Kind = KindOf(ref reader) };
        }

        if (reader.ValueTextEquals("is_final"u8))
        {
            reader.Read();
            return message with { IsFinal = reader.GetBoolean() };
        }

        if (reader.ValueTextEquals("from_finalize"u8))
        {
            reader.Read();
            return message with { FromFinalize = reader.GetBoolean() };
        }

        if (reader.ValueTextEquals("start"u8))
        {
            reader.Read();
            return message with { Start = reader.GetDouble() };
        }

        if (reader.ValueTextEquals("duration"u8))
        {
            reader.Read();
            return message with { Duration = reader.GetDouble() };
        }

        if (reader.ValueTextEquals("channel_index"u8))
        {
            return ReadChannel(ref reader, message);
        }

        if (reader.ValueTextEquals("channel"u8))
        {
            return ReadHypotheses(ref reader, message);
        }

        if (reader.ValueTextEquals("metadata"u8))
        {
            return ReadMetadata(ref reader, message);
        }

        reader.Skip();
        return message;
    }

    private static EngineMessageKind KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("Results"u8) ? EngineMessageKind.Results
        : reader.ValueTextEquals("Metadata"u8) ? EngineMessageKind.Metadata
        : reader.ValueTextEquals("SpeechStarted"u8) || reader.ValueTextEquals("UtteranceEnd"u8) ? EngineMessageKind.Event
        : EngineMessageKind.Other;

    private static EngineMessage ReadChannel(ref Utf8JsonReader reader, EngineMessage message)
    {
        reader.Read();
        for (var place = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; place++)
        {
            message = place switch
            {
                0 => message with { Channel = reader.GetInt32() },
                1 => message with { Channels = reader.GetInt32() },
                _ => message,
            };
        }

        return message;
    }

    // The first transcript that is met is the best hypothesis's; what comes before it is passed over.
    private static EngineMessage ReadHypotheses(ref Utf8JsonReader reader, EngineMessage message)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return message;
        }

        var depth = reader.CurrentDepth;
        var known = false;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (!known && reader.ValueTextEquals("transcript"u8))
            {
                reader.Read();
                known = true;
                message = message with { HasText = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0 };
            }
            else if (reader.ValueTextEquals("words"u8))
            {
                reader.Skip();
            }
        }

        return message;
    }

    private static EngineMessage ReadMetadata(ref Utf8JsonReader reader, EngineMessage message)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return message;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("request_id"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == IdLength)
            {
                var start = (int)reader.TokenStartIndex + 1;
                message = message with { RequestId = start..(start + IdLength) };
            }
        }

        return message;
    }
}
