using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchboard.Testing.Speech;

/// <summary>
/// A peer that talks as vosk-server does (<c>websocket/asr_server.py</c>): every message is answered by one. It hears a word for every
/// tenth of a second that is complete, and an utterance of ten.
/// </summary>
public sealed class ScriptedVosk : IAsyncDisposable
{
    private const int UtteranceWords = 10;

    private readonly WebApplication _app;

    private ScriptedVosk(WebApplication app) => _app = app;

    /// <summary>Where it is.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>What it was configured with.</summary>
    public string? Configuration { get; private set; }

    /// <summary>Starts one.</summary>
    public static async Task<ScriptedVosk> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var peer = new ScriptedVosk(app);
        app.UseWebSockets();
        app.MapGet("/", peer.ServeAsync);
        await app.StartAsync();
        return peer;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 * 1024];
        var (bytes, first) = (0, 0);
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                var text = part.MessageType == WebSocketMessageType.Text ? Encoding.UTF8.GetString(buffer, 0, part.Count) : null;
                if (text?.Contains("config", StringComparison.Ordinal) == true)
                {
                    Configuration = text;
                    continue;
                }

                bytes += text is null ? part.Count : 0;
                var heard = bytes / TestAudio.BlockBytes;
                var isOver = text is not null || heard - first >= UtteranceWords;
                var until = isOver && text is null ? first + UtteranceWords : heard;
                object answer = isOver ? Result(first, until) : new { partial = Text(first, heard) };
                first = isOver ? until : first;
                await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(answer), WebSocketMessageType.Text, true, http.RequestAborted);
                if (text?.Contains("eof", StringComparison.Ordinal) == true)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
                    return;
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException)
        {
            // The other side left.
        }
    }

    private static object Result(int from, int until) => until == from
        ? new { text = "" }
        : new
        {
            result = Enumerable.Range(from, until - from).Select(static index => new
            {
                conf = 0.8,
                start = Math.Round(index * 0.1, 3),
                end = Math.Round((index + 1) * 0.1, 3),
                word = TestAudio.Word(index),
            }),
            text = Text(from, until),
        };

    private static string Text(int from, int until) => string.Join(' ', Enumerable.Range(from, until - from).Select(TestAudio.Word));
}
