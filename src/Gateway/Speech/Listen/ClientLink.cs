using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>What a client's connection tells its session.</summary>
internal interface IClientAudience
{
    /// <summary>Where audio goes.</summary>
    AudioQueue Audio { get; }

    /// <summary>Audio or text has come; pings do not count.</summary>
    void Heard(int audioBytes);

    /// <summary>A message that nobody understands has come.</summary>
    void NotUnderstood();

    /// <summary>The client asks for the session's end, or forced it.</summary>
    void End(Ending ending);
}

/// <summary>One connection of a client: its frames go into the session's queue, results go out. One sender at a time.</summary>
/// <param name="socket">The connection.</param>
/// <param name="audience">The session.</param>
/// <param name="skip">Bytes of audio at the beginning that the session has already, from an earlier connection.</param>
/// <param name="maxFrameBytes">The largest message.</param>
/// <param name="time">The time.</param>
/// <param name="packets">What messages of audio go through that are a packet each; null where borders between messages mean nothing.</param>
internal sealed class ClientLink(
    WebSocket socket, IClientAudience audience, long skip, int maxFrameBytes, TimeProvider time, OpusStream? packets = null) : IDisposable
{
    private const int LongestText = 4096;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a client may take to read what is sent to it when the session is over.</summary>
    public static readonly TimeSpan LastMessageTimeout = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _gone = new();
    private readonly ArrayBufferWriter<byte>? _pages = packets is null ? null : new();
    private byte[]? _text;
    private long _skip = skip;
    private long _sendingSince = -1;
    private long _aliveAt = time.GetTimestamp();

    /// <summary>Since when a send has been waiting for the client to read, as a timestamp; -1 when none waits.</summary>
    public long SendingSince => Volatile.Read(ref _sendingSince);

    /// <summary>Receives until the client closes, is gone or breaks a rule.</summary>
    /// <returns>True when the client closed the connection itself, with 1000 or without a code.</returns>
    public async Task<bool> ReceiveAsync()
    {
        var queue = audience.Audio;
        var (message, text) = (0, 0);
        try
        {
            while (true)
            {
                await queue.WaitForRoomAsync(_gone.Token);

                // Cutting the connection ends it: with a token, each frame would be entered into the token's list. Whoever waits for a frame
                // holds no buffer for it.
                var memory = Memory<byte>.Empty;
                var part = await socket.ReceiveAsync(memory, CancellationToken.None);
                if (part is { MessageType: not WebSocketMessageType.Close, EndOfMessage: false })
                {
                    memory = queue.GetMemory((int)Math.Min(int.MaxValue, (socket as ClientSocket)?.Announced ?? 0));
                    part = await socket.ReceiveAsync(memory, CancellationToken.None);
                }

                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return socket.CloseStatus is null or WebSocketCloseStatus.NormalClosure or WebSocketCloseStatus.Empty;
                }

                message += part.Count;
                if (message > maxFrameBytes)
                {
                    audience.End(Ending.TooBig(maxFrameBytes));
                    return false;
                }

                if (part.MessageType == WebSocketMessageType.Binary)
                {
                    TakeAudio(queue, memory[..part.Count], part.EndOfMessage, isEmptyMessage: part.EndOfMessage && message == 0);
                }
                else
                {
                    text = KeepText(memory.Span[..part.Count], text);
                    if (part.EndOfMessage)
                    {
                        TakeText(text);
                        text = 0;
                    }
                }

                message = part.EndOfMessage ? 0 : message;
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return false;
        }
    }

    /// <summary>Sends a message; false when the client is gone.</summary>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message)
    {
        Volatile.Write(ref _sendingSince, time.GetTimestamp());
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, _gone.Token);
            return true;
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return false;
        }
        finally
        {
            Volatile.Write(ref _sendingSince, -1);
        }
    }

    /// <summary>Gives the client a sign of life when it is due: a proxy between cuts off what is silent.</summary>
    public void Tick()
    {
        if (socket is ClientSocket own && time.GetElapsedTime(_aliveAt) > ClientSockets.AliveInterval)
        {
            _aliveAt = time.GetTimestamp();
            own.SayAlive();
        }
    }

    /// <summary>Says the last message and how it ended, and waits a moment for the client to say it too.</summary>
    /// <param name="last">The last message; a client that does not read it within <see cref="LastMessageTimeout"/> is cut off.</param>
    /// <param name="ending">The end.</param>
    /// <param name="receiving">The loop that receives, which sees the client's answer.</param>
    public async Task CloseAsync(ReadOnlyMemory<byte> last, Ending ending, Task receiving)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                using (var reading = new CancellationTokenSource(LastMessageTimeout, time))
                {
                    await socket.SendAsync(last, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, reading.Token);
                }

                using var limit = new CancellationTokenSource(CloseTimeout, time);
                await socket.CloseOutputAsync((WebSocketCloseStatus)ending.Code, ending.Reason, limit.Token);
                await receiving.WaitAsync(limit.Token);
                await DrainAsync(limit.Token);
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // Gone: there is nobody to tell.
        }
        finally
        {
            Abort();
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Abort()
    {
        _gone.Cancel();
        socket.Abort();
    }

    public void Dispose() => _gone.Dispose();

    // A connection that is cut with something unread in it takes the close frame along.
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var dropped = new byte[1024];
        while (socket.State == WebSocketState.CloseSent)
        {
            await socket.ReceiveAsync(dropped.AsMemory(), cancellationToken);
        }
    }

    private void TakeAudio(AudioQueue queue, Memory<byte> audio, bool endOfMessage, bool isEmptyMessage)
    {
        if (isEmptyMessage)
        {
            // The old way to say CloseStream.
            audience.End(Ending.Normal);
            return;
        }

        if (packets is not null)
        {
            TakePacket(queue, audio.Span, endOfMessage);
            return;
        }

        var count = audio.Length;
        if (_skip > 0 && count > 0)
        {
            var known = (int)Math.Min(_skip, count);
            _skip -= known;
            count -= known;
            audio.Span[known..].CopyTo(audio.Span);
        }

        audience.Heard(audio.Length);
        queue.Advance(count);
    }

    private void TakePacket(AudioQueue queue, ReadOnlySpan<byte> part, bool endOfMessage)
    {
        _pages!.ResetWrittenCount();
        if (!packets!.Take(part, endOfMessage, _pages))
        {
            audience.End(Ending.NoPacket);
            return;
        }

        audience.Heard(part.Length);
        for (var pages = _pages.WrittenSpan; !pages.IsEmpty;)
        {
            var room = queue.GetMemory(pages.Length).Span;
            var count = Math.Min(room.Length, pages.Length);
            pages[..count].CopyTo(room);
            queue.Advance(count);
            pages = pages[count..];
        }
    }

    private int KeepText(ReadOnlySpan<byte> part, int length)
    {
        _text ??= new byte[LongestText];
        if (length >= 0 && length + part.Length <= LongestText)
        {
            part.CopyTo(_text.AsSpan(length));
            return length + part.Length;
        }

        return -1; // longer than anything that means something here
    }

    private void TakeText(int length)
    {
        audience.Heard(0);
        if (length < 0 || !ControlMessage.TryRead(_text.AsSpan(0, length), out var control))
        {
            audience.NotUnderstood();
            return;
        }

        switch (control.Type)
        {
            case MessageTypes.KeepAlive:
                break;
            case MessageTypes.Finalize:
                audience.Audio.Finalize(control.Channel);
                break;
            case MessageTypes.CloseStream:
                audience.End(Ending.Normal);
                break;
            default:
                audience.NotUnderstood();
                break;
        }
    }
}

/// <summary>A client's text message. Clients write the same JSON with and without blanks: it is parsed, never compared.</summary>
internal readonly record struct ControlMessage(string? Type, int? Channel)
{
    public static bool TryRead(ReadOnlySpan<byte> json, out ControlMessage message)
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
                var (isType, isChannel) = (reader.ValueTextEquals("type"u8), reader.ValueTextEquals("channel"u8));
                reader.Read();
                if (isType && reader.TokenType == JsonTokenType.String)
                {
                    message = message with { Type = reader.GetString() };
                }
                else if (isChannel && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var channel))
                {
                    message = message with { Channel = channel };
                }
                else
                {
                    reader.Skip();
                }
            }

            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
