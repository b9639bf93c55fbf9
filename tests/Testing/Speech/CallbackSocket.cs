using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchboard.Testing.Speech;

/// <summary>A receiver of a live stream's callback by WebSocket, on a real port.</summary>
public sealed class CallbackSocket : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource<int?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CallbackSocket(WebApplication app) => _app = app;

    /// <summary>Where it takes connections.</summary>
    public Uri Address => new UriBuilder(_app.Urls.Single()) { Scheme = "ws", Path = "/results" }.Uri;

    /// <summary>The headers of the last opening request.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; private set; }

    /// <summary>The text messages that have come.</summary>
    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>After so many messages it breaks the connection; null never does.</summary>
    public int? BreakAfter { get; set; }

    /// <summary>The code that the connection was closed with, once it was; null when it broke.</summary>
    public Task<int?> Closed => _closed.Task;

    /// <summary>Starts one.</summary>
    public static async Task<CallbackSocket> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new CallbackSocket(app);
        app.UseWebSockets();
        app.MapGet("/results", receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        Headers = http.Request.Headers.ToDictionary(static one => one.Key, static one => one.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[256 * 1024];
        try
        {
            while (Messages.Count != BreakAfter)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    _closed.TrySetResult((int?)socket.CloseStatus);
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
                    return;
                }

                Messages.Enqueue(Encoding.UTF8.GetString(buffer, 0, part.Count));
            }

            socket.Abort();
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The sender is gone.
        }

        _closed.TrySetResult(null);
    }
}
