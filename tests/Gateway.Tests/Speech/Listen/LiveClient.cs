using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>A client of the live wire that remembers all that it is told.</summary>
internal sealed class LiveClient : IDisposable
{
    public const string Raw = "encoding=linear16&sample_rate=16000";

    private readonly ClientWebSocket _socket = new();

    public List<JsonElement> Messages { get; } = [];

    public IReadOnlyDictionary<string, IEnumerable<string>> Headers => _socket.HttpResponseHeaders!;

    public HttpStatusCode Status => _socket.HttpStatusCode;

    public int? CloseCode => (int?)_socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public string? SubProtocol => _socket.SubProtocol;

    public string Header(string name) => string.Join(',', Headers[name]);

    public Guid SessionId => Guid.Parse(Header("dg-session-id"));

    public IEnumerable<JsonElement> Finals => Messages.Where(static message => message.TypeOf() == "Results" && message.GetProperty("is_final").GetBoolean());

    /// <summary>The words of all final results with their times.</summary>
    public List<(string Word, double Start)> Words =>
    [
        .. Finals.SelectMany(static result => result.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("words").EnumerateArray())
            .Select(static word => (word.GetProperty("word").GetString()!, word.GetProperty("start").GetDouble())),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<LiveClient> ConnectAsync(SpeechServer server, string query = Raw, string path = "/v1/listen", string? authorization = $"Token {SpeechWorld.Key}")
    {
        var client = new LiveClient();
        await client.OpenAsync(server, query, path, authorization);
        return client;
    }

    public Task OpenAsync(
        SpeechServer server, string query = Raw, string path = "/v1/listen", string? authorization = $"Token {SpeechWorld.Key}", params string[] subProtocols) =>
        OpenAsync(new Uri(server.Socket, $"{path}?{query}"), authorization, subProtocols);

    public async Task OpenAsync(Uri address, string? authorization, params string[] subProtocols)
    {
        _socket.Options.Proxy = null;
        _socket.Options.CollectHttpResponseDetails = true;
        if (authorization is not null)
        {
            _socket.Options.SetRequestHeader("Authorization", authorization);
        }

        foreach (var subProtocol in subProtocols)
        {
            _socket.Options.AddSubProtocol(subProtocol);
        }

        await _socket.ConnectAsync(address, Token);
    }

    /// <summary>Sends blocks, several frames a block at odd borders.</summary>
    public async Task SpeakAsync(int from, int count)
    {
        for (ReadOnlyMemory<byte> audio = TestAudio.Blocks(from, count); !audio.IsEmpty;)
        {
            var frame = audio[..Math.Min(audio.Length, 1111)];
            await SendAsync(frame, WebSocketMessageType.Binary);
            audio = audio[frame.Length..];
        }
    }

    public Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type) =>
        _socket.SendAsync(message, type, WebSocketMessageFlags.EndOfMessage, Token).AsTask();

    public Task SayAsync(string json) => SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text);

    /// <summary>Reads messages until one is what is waited for; it is the last one in <see cref="Messages"/>.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> isIt)
    {
        while (await NextAsync() is { } message)
        {
            if (isIt(message))
            {
                return message;
            }
        }

        throw new InvalidOperationException($"closed with {CloseCode} '{CloseReason}' after {Messages.Count} messages");
    }

    /// <summary>Reads all there is until the server closes or breaks the connection.</summary>
    public async Task ReadToEndAsync()
    {
        while (await NextAsync() is not null)
        {
        }
    }

    public void Break() => _socket.Abort();

    public Task CloseAsync() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);

    public void Dispose() => _socket.Dispose();

    private async Task<JsonElement?> NextAsync()
    {
        var buffer = new byte[256 * 1024];
        var length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await _socket.ReceiveAsync(buffer.AsMemory(length), Token);
            }
            catch (WebSocketException)
            {
                return null;
            }

            if (part.MessageType == WebSocketMessageType.Close)
            {
                if (_socket.State == WebSocketState.CloseReceived)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
                }

                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
                Messages.Add(document.RootElement.Clone());
                return Messages[^1];
            }
        }
    }
}

internal static class LiveMessages
{
    public static string TypeOf(this JsonElement message) => message.GetProperty("type").GetString()!;

    public static bool IsFromFinalize(this JsonElement message) =>
        message.TypeOf() == "Results" && message.GetProperty("from_finalize").GetBoolean();
}
