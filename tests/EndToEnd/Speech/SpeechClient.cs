using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Switchboard.EndToEnd.Instances;
using Switchboard.Testing.Speech;

namespace Switchboard.EndToEnd.Speech;

/// <summary>A live client that keeps what it has not yet got a final result for, as one does that wants to resume.</summary>
internal sealed class SpeechClient(bool resumable) : IDisposable
{
    private ClientWebSocket _socket = new();

    public bool IsResumable => resumable;

    public Guid SessionId { get; private set; }

    /// <summary>The border of the last final result, in blocks.</summary>
    public int Covered { get; private set; }

    /// <summary>Words of final results, in the order in which they came.</summary>
    public List<string> Words { get; } = [];

    public int? CloseCode { get; private set; }

    /// <summary>The status of the answer to the opening request.</summary>
    public HttpStatusCode Status => _socket.HttpStatusCode;

    /// <summary>Bytes that the service said it had when the session was resumed.</summary>
    public long? Known { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task ConnectAsync(HostProcess host)
    {
        _socket.Dispose();
        _socket = new ClientWebSocket();
        _socket.Options.Proxy = null;
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.SetRequestHeader("Authorization", $"Token {host.Credentials.ApiKey}");
        var query = "encoding=linear16&sample_rate=16000" + (resumable ? "&resume=true" : "");
        if (SessionId != Guid.Empty)
        {
            query += $"&session_id={SessionId}&offset={Covered * TestAudio.BlockBytes}";
        }

        await _socket.ConnectAsync(new Uri($"ws://{host.BaseUrl.Authority}/v1/listen?{query}"), Token);
        SessionId = Guid.Parse(_socket.HttpResponseHeaders!["dg-session-id"].Single());
        Known = _socket.HttpResponseHeaders!.TryGetValue("dg-session-offset", out var known) ? long.Parse(known.Single()) : null;
    }

    public Task SpeakAsync(int from, int until) =>
        _socket.SendAsync(TestAudio.Blocks(from, until - from), WebSocketMessageType.Binary, endOfMessage: true, Token);

    public Task CloseStreamAsync() => _socket.SendAsync(
        Encoding.ASCII.GetBytes("""{"type":"CloseStream"}"""), WebSocketMessageType.Text, endOfMessage: true, Token);

    /// <summary>Reads until final results cover so many blocks, or, with null, until the connection ends.</summary>
    public async Task ReadAsync(int? until)
    {
        var buffer = new byte[64 * 1024];
        while (until is null || Covered < until)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            try
            {
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(length), Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
            }
            catch (WebSocketException)
            {
                return;
            }

            if (part.MessageType == WebSocketMessageType.Close)
            {
                CloseCode = (int?)_socket.CloseStatus;
                await AnswerCloseAsync();
                return;
            }

            Take(buffer.AsMemory(0, length));
        }
    }

    public void Dispose() => _socket.Dispose();

    // A server that stops does not wait for the answer for long.
    private async Task AnswerCloseAsync()
    {
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        }
        catch (WebSocketException)
        {
            // Cut already; its code is known.
        }
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        using var json = JsonDocument.Parse(message);
        if (json.RootElement.GetProperty("type").GetString() == "Results" && json.RootElement.GetProperty("is_final").GetBoolean())
        {
            var end = json.RootElement.GetProperty("start").GetDouble() + json.RootElement.GetProperty("duration").GetDouble();
            Covered = (int)Math.Round(end * 10);
            Words.AddRange(json.RootElement.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("words").EnumerateArray()
                .Select(static word => word.GetProperty("word").GetString()!));
        }
    }
}
