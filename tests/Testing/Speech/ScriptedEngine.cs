using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchboard.Testing.Speech;

/// <summary>
/// An engine node of Deepgram's wire that hears <see cref="TestAudio"/> and misbehaves as it is told to, on a real port. It hears the
/// number of each block as a word, with its times, and puts a whole number of blocks into each window.
/// </summary>
public sealed class ScriptedEngine : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private int _connections;
    private int _healthLooks;
    private long _audioBytes;

    private ScriptedEngine(WebApplication app) => _app = app;

    /// <summary>Where it is.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>What it does on its n-th connection, from 0.</summary>
    public Func<int, EngineScript> Script { get; set; } = static _ => new EngineScript();

    /// <summary>Whether <c>/health</c> says that it is well.</summary>
    public bool IsWell { get; set; } = true;

    /// <summary>Whether <c>/health</c> says nothing at all.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>How often <c>/health</c> was asked.</summary>
    public int HealthLooks => Volatile.Read(ref _healthLooks);

    /// <summary>Connections and files so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Bytes of live audio that it has received on all its connections.</summary>
    public long AudioBytes => Interlocked.Read(ref _audioBytes);

    /// <summary>The queries that it was called with.</summary>
    public ConcurrentQueue<string> Queries { get; } = new();

    /// <summary>Bytes of the files that were posted.</summary>
    public ConcurrentQueue<long> Files { get; } = new();

    /// <summary>Starts one.</summary>
    /// <param name="certificate">What it shows to whoever connects; with null it takes connections without TLS.</param>
    public static async Task<ScriptedEngine> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var engine = new ScriptedEngine(app);
        app.UseWebSockets();
        app.MapGet("/health", engine.Health);
        app.MapGet("/v1/listen", engine.ListenAsync);
        app.MapPost("/v1/listen", engine.TranscribeAsync);
        await app.StartAsync();
        return engine;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private IResult Health(HttpContext http)
    {
        Interlocked.Increment(ref _healthLooks);
        if (IsDeaf)
        {
            http.Abort();
        }

        return IsWell ? Results.Ok() : Results.StatusCode(503);
    }

    private async Task ListenAsync(HttpContext http)
    {
        Queries.Enqueue(http.Request.QueryString.Value ?? "");
        var script = Script(Interlocked.Increment(ref _connections) - 1);
        if (script.RefuseStatus is { } status)
        {
            http.Response.StatusCode = status;
            http.Response.Headers["dg-error"] = "scripted";
            return;
        }

        if (script.Warning is { } warning)
        {
            http.Response.Headers["dg-warning"] = warning;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, http.RequestAborted);
        try
        {
            await new Conversation(this, socket, script, http.Request.Query["interim_results"] == "true").RunAsync(stop.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException)
        {
            // The other side left.
        }
    }

    private async Task TranscribeAsync(HttpContext http)
    {
        Queries.Enqueue(http.Request.QueryString.Value ?? "");
        var script = Script(Interlocked.Increment(ref _connections) - 1);
        if (script.RefuseStatus is { } status)
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("""{"err_code":"Scripted","err_msg":"scripted refusal"}""", http.RequestAborted);
            return;
        }

        using var body = new MemoryStream();
        await ReadAsync(http, body, script.KillAt ?? script.FreezeAt);
        if (script.KillAt is not null)
        {
            http.Abort();
            return;
        }

        Files.Enqueue(body.Length);
        if (script.FreezeAt is not null)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, http.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if ((script.RubbishAt is null ? script.FileAnswer : "<html>not found</html>") is { } said)
        {
            await http.Response.WriteAsync(said, http.RequestAborted);
            return;
        }

        var window = new Window();
        window.Take(body.GetBuffer().AsSpan(0, (int)body.Length));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new
        {
            metadata = Metadata(null, body.Length, Convert.ToHexStringLower(SHA256.HashData(body.ToArray()))),
            results = new { channels = new[] { new { alternatives = window.Alternatives() } } },
        });
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    // Reads so many blocks, or with null all there is.
    private static async Task ReadAsync(HttpContext http, MemoryStream body, int? blocks)
    {
        var buffer = new byte[64 * 1024];
        var left = blocks is { } most ? (long)most * TestAudio.BlockBytes : long.MaxValue;
        while (left > 0)
        {
            var count = await http.Request.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), http.RequestAborted);
            if (count == 0)
            {
                return;
            }

            await body.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
            left -= count;
        }
    }

    private static Dictionary<string, object> Metadata(string? type, long bytes, string sha256)
    {
        var model = "5f0c0000-0000-0000-0000-000000000001";
        var metadata = new Dictionary<string, object>
        {
            ["transaction_key"] = "deprecated",
            ["request_id"] = "11111111-2222-3333-4444-555555555555",
            ["sha256"] = sha256,
            ["created"] = "2026-11-20T18:00:00.000Z",
            ["duration"] = bytes / 2d / TestAudio.SampleRate,
            ["channels"] = 1,
            ["models"] = new[] { model },
            ["model_info"] = new Dictionary<string, object> { [model] = new { name = "scripted", version = "1", arch = "test" } },
        };
        if (type is not null)
        {
            metadata["type"] = type;
        }

        return metadata;
    }

    private sealed class Conversation(ScriptedEngine engine, WebSocket socket, EngineScript script, bool interims)
    {
        private readonly Window _window = new();
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _bytes;
        private int _reported;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                switch (part.MessageType)
                {
                    case WebSocketMessageType.Close:
                        return;
                    case WebSocketMessageType.Binary:
                        _bytes += part.Count;
                        Interlocked.Add(ref engine._audioBytes, part.Count);
                        _hash.AppendData(buffer, 0, part.Count);
                        _window.Take(buffer.AsSpan(0, part.Count));
                        if (!await HearAsync(cancellationToken))
                        {
                            return;
                        }

                        break;
                    default:
                        if (!await ObeyAsync(buffer.AsMemory(0, part.Count), cancellationToken))
                        {
                            return;
                        }

                        break;
                }
            }
        }

        private async Task<bool> HearAsync(CancellationToken cancellationToken)
        {
            for (; _reported < _window.Heard; _reported++)
            {
                var heard = _reported + 1;
                if (heard == script.KillAt)
                {
                    socket.Abort();
                    return false;
                }

                if (heard == script.FreezeAt)
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                if (heard == script.RubbishAt)
                {
                    await socket.SendAsync("<html>"u8.ToArray(), WebSocketMessageType.Text, true, cancellationToken);
                }

                if (heard == script.RefuseAudioAt)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "DATA-0000: scripted", cancellationToken);
                    return false;
                }

                if (heard - _window.First == script.FinalEvery)
                {
                    await SendAsync(_window.Result(heard, isFinal: true, speechFinal: true, fromFinalize: false), cancellationToken);
                    _window.First = heard;
                }
                else if (interims)
                {
                    await SendAsync(_window.Result(heard, isFinal: false, speechFinal: false, fromFinalize: false), cancellationToken);
                }
            }

            return true;
        }

        private async Task<bool> ObeyAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
        {
            using var json = JsonDocument.Parse(text);
            switch (json.RootElement.GetProperty("type").GetString())
            {
                case "Finalize":
                    await SendAsync(_window.Result(_window.Heard, isFinal: true, speechFinal: true, fromFinalize: true), cancellationToken);
                    _window.First = _window.Heard;
                    return true;
                case "CloseStream":
                    _window.TakeRest();
                    await SendAsync(_window.Result(_window.Heard, isFinal: true, speechFinal: true, fromFinalize: false), cancellationToken);
                    await SendAsync(Metadata("Metadata", _bytes, Convert.ToHexStringLower(_hash.GetHashAndReset())), cancellationToken);
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                    return false;
                default:
                    return true;
            }
        }

        private async Task SendAsync(object message, CancellationToken cancellationToken) => await socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, cancellationToken);
    }

    /// <summary>Blocks heard since the connection began; the open window begins at one of them.</summary>
    private sealed class Window
    {
        private readonly List<short> _blocks = [];
        private readonly byte[] _block = new byte[TestAudio.BlockBytes];
        private int _length;

        public int First { get; set; }

        public int Heard => _blocks.Count;

        public void Take(ReadOnlySpan<byte> audio)
        {
            while (!audio.IsEmpty)
            {
                var count = Math.Min(audio.Length, _block.Length - _length);
                audio[..count].CopyTo(_block.AsSpan(_length));
                audio = audio[count..];
                _length += count;
                if (_length == _block.Length)
                {
                    TakeRest();
                }
            }
        }

        public void TakeRest()
        {
            if (_length >= 2)
            {
                _blocks.Add(MemoryMarshal.Read<short>(_block));
                _length = 0;
            }
        }

        public object Result(int until, bool isFinal, bool speechFinal, bool fromFinalize) => new
        {
            type = "Results",
            channel_index = new[] { 0, 1 },
            duration = Math.Round((until - First) * 0.1, 3),
            start = Math.Round(First * 0.1, 3),
            is_final = isFinal,
            speech_final = speechFinal,
            from_finalize = fromFinalize,
            channel = new { alternatives = Alternatives(First, until) },
            metadata = new
            {
                request_id = "11111111-2222-3333-4444-555555555555",
                model_info = new { name = "scripted", version = "1", arch = "test" },
                model_uuid = "5f0c0000-0000-0000-0000-000000000001",
            },
        };

        public object[] Alternatives() => Alternatives(0, Heard);

        private object[] Alternatives(int from, int until)
        {
            var words = Enumerable.Range(from, until - from).Select(index => new
            {
                word = TestAudio.Word(_blocks[index]),
                start = Math.Round(index * 0.1, 3),
                end = Math.Round((index + 1) * 0.1, 3),
                confidence = 0.9,
            }).ToArray();
            return
            [
                new { transcript = string.Join(' ', words.Select(static word => word.word)), confidence = words.Length == 0 ? 0 : 0.9, words },
            ];
        }
    }
}
