using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>The same messages over a WebSocket: each is one text message with a JSON object that has a <c>type</c>.</summary>
internal sealed class WebSocketTransport(WebSocket socket) : IStreamTransport
{
    private readonly ArrayBufferWriter<byte> _message = new(4096);

    public ValueTask EventAsync(StreamedEvent streamed, bool inQuery, CancellationToken cancellationToken)
    {
        _message.ResetWrittenCount();
        _message.Write("""{"type":"event","event":"""u8);
        _message.Write(streamed.Json(inQuery).Span);
        _message.Write("}"u8);
        return SendAsync(cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ReadyAsync(string id, CancellationToken cancellationToken) =>
        SendAsync($$"""{"type":"ready","id":"{{id}}"}""", cancellationToken);

    public ValueTask HeartbeatAsync(string id, CancellationToken cancellationToken) =>
        SendAsync($$"""{"type":"heartbeat","id":"{{id}}"}""", cancellationToken);

    public ValueTask ResetAsync(string id, string reason, CancellationToken cancellationToken) =>
        SendAsync($$"""{"type":"reset","id":"{{id}}","reason":"{{reason}}"}""", cancellationToken);

    public async ValueTask EndAsync(StreamEnd end, CancellationToken cancellationToken)
    {
        if (socket.State is WebSocketState.Open)
        {
            await SendAsync(
                $$"""{"type":"end","reason":"{{StreamWords.Name(end)}}","detail":"{{StreamWords.Detail(end)}}"}""", cancellationToken);
        }

        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(StreamWords.CloseStatus(end), StreamWords.Name(end), cancellationToken);
        }
    }

    /// <summary>Reads until the client closes or is gone; what it sends means nothing here and is dropped.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var dropped = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(dropped.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // Gone without a word.
        }
    }

    private ValueTask SendAsync(string text, CancellationToken cancellationToken)
    {
        _message.ResetWrittenCount();
        Encoding.UTF8.GetBytes(text, _message);
        return SendAsync(cancellationToken);
    }

    // Only the waiting ends with the token: a send that is cancelled cuts the connection, and most streams end because their client says that it
    // closes, perhaps while the send of what it has just read is not quite over here.
    private ValueTask SendAsync(CancellationToken cancellationToken)
    {
        var sending = socket.SendAsync(_message.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return sending.IsCompletedSuccessfully ? sending : new ValueTask(sending.AsTask().WaitAsync(cancellationToken));
    }
}
