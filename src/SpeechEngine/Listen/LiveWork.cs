using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Switchboard.Speech.Audio;

namespace Switchboard.SpeechEngine.Listen;

internal enum LiveWorkKind
{
    Audio,
    Finalize,
}

/// <summary>What the recognition of a session does next.</summary>
internal readonly record struct LiveWork(LiveWorkKind Kind, SampleBlock Block, int? Channel = null);

/// <summary>Why a session ended, as its client is told.</summary>
/// <param name="Code">The close code.</param>
/// <param name="Reason">At most 123 bytes; clients match on the word in front.</param>
/// <param name="Answers">Whether what was heard is still answered, and the metadata sent.</param>
/// <param name="Clean">Whether the client had said everything.</param>
internal sealed record LiveEnding(WebSocketCloseStatus Code, string Reason, bool Answers, bool Clean = false)
{
    private const int MostReasonBytes = 123;

    public static LiveEnding Closed { get; } = new(WebSocketCloseStatus.NormalClosure, "", Answers: true, Clean: true);

    /// <summary>The client closed the connection itself.</summary>
    public static LiveEnding Left { get; } = new(WebSocketCloseStatus.NormalClosure, "", Answers: false);

    /// <summary>The connection broke.</summary>
    public static LiveEnding Gone { get; } = new((WebSocketCloseStatus)1006, "", Answers: false);

    public static LiveEnding Idle { get; } = new(
        WebSocketCloseStatus.InternalServerError, "NET-0001: no audio data or text message received within the timeout window", Answers: true);

    public static LiveEnding NoAudio { get; } = new(
        WebSocketCloseStatus.InternalServerError, "NET-0000: no audio was received, so there was nothing to answer", Answers: true);

    public static LiveEnding Failed { get; } = new(
        WebSocketCloseStatus.InternalServerError, "NET-0000: the engine failed and did not provide a response message", Answers: false);

    public static LiveEnding GoingAway { get; } = new(WebSocketCloseStatus.EndpointUnavailable, "going away", Answers: true);

    public static LiveEnding TooBig { get; } = new(WebSocketCloseStatus.MessageTooBig, "message too big", Answers: true);

    public static LiveEnding Undecodable(string why)
    {
        var reason = "DATA-0000: " + why;
        while (Encoding.UTF8.GetByteCount(reason) > MostReasonBytes)
        {
            reason = reason[..^1];
        }

        return new LiveEnding(WebSocketCloseStatus.PolicyViolation, reason, Answers: false);
    }
}

/// <summary>Puts a message together that comes in pieces; only text is kept.</summary>
internal sealed class LiveMessage(int mostBytes, int mostTextBytes)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private int _bytes;
    private bool _ended = true;

    /// <summary>Whether the message was a binary one without content: the old way to say that no more comes.</summary>
    public bool IsEmptyBinary { get; private set; }

    /// <summary>Takes a piece; false when the message is too big.</summary>
    public bool Take(ValueWebSocketReceiveResult received, byte[] buffer)
    {
        if (_ended)
        {
            _bytes = 0;
            _text.ResetWrittenCount();
        }

        _ended = received.EndOfMessage;
        _bytes += received.Count;
        IsEmptyBinary = received is { MessageType: WebSocketMessageType.Binary, EndOfMessage: true } && _bytes == 0;
        if (received.MessageType == WebSocketMessageType.Text && _bytes <= mostTextBytes)
        {
            _text.Write(buffer.AsSpan(0, received.Count));
        }

        return _bytes <= (received.MessageType == WebSocketMessageType.Text ? mostTextBytes : mostBytes);
    }

    /// <summary>The type of the message and the channel it names; null where it is no JSON object with a type.</summary>
    public (string? Type, int? Channel) Read()
    {
        try
        {
            using var json = JsonDocument.Parse(_text.WrittenMemory);
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("type"u8, out var type) || type.ValueKind != JsonValueKind.String)
            {
                return (null, null);
            }

            int? channel = json.RootElement.TryGetProperty("channel"u8, out var number)
                && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var index) ? index : null;
            return (type.GetString(), channel);
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }
}
