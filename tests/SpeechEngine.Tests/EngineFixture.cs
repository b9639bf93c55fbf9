using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Switchboard.Speech.Recognition.Sphinx;
using Switchboard.SpeechEngine.Hosting;
using Switchboard.Testing.Speech;

[assembly: AssemblyFixture(typeof(Switchboard.SpeechEngine.Tests.EngineFixture))]

namespace Switchboard.SpeechEngine.Tests;

/// <summary>A node that all tests share, and recorded speech. Tests that need other settings start their own.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    public Uri Address { get; private set; } = null!;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(3) };

    private WebApplication? _app;

    public static bool IsInstalled => SphinxNative.IsAvailable && Directory.Exists("/usr/share/pocketsphinx/model/en-us") && RecordedSpeech.Missing is null;

    public static void Need() => Assert.SkipUnless(IsInstalled, RecordedSpeech.Missing ?? "libpocketsphinx3 and pocketsphinx-en-us are not installed");

    public async ValueTask InitializeAsync()
    {
        if (IsInstalled)
        {
            (_app, Address) = await StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    internal static Task<(WebApplication App, Uri Address)> StartAsync(params string[] settings) => StartAsync(null, settings);

    internal static async Task<(WebApplication App, Uri Address)> StartAsync(TimeProvider? time, params string[] settings)
    {
        // Clocks that a slow machine cannot reach; tests of a clock set it themselves.
        var app = SpeechEngineApplication.Build(
        [
            "--Engine:Port", "0", "--Logging:LogLevel:Default", "Warning", "--Recognition:LiveDecoders", "2", "--Recognition:FileDecoders", "1",
            "--Engine:IdleAfter", "00:05:00", "--Engine:AudioWithin", "00:05:00", "--Engine:SendWithin", "00:05:00", "--Engine:DrainWithin", "00:05:00", .. settings,
        ], time);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return (app, new Uri(app.Urls.First()));
    }

    /// <summary>"go forward ten meters" as linear16.</summary>
    public static byte[] GoForward() => RecordedSpeech.Bytes(RecordedSpeech.GoForward());

    /// <summary>A WAV file.</summary>
    public static byte[] Librivox(string number) => File.ReadAllBytes(RecordedSpeech.LibrivoxFile(number));

    public static byte[] Silence(double seconds) => RecordedSpeech.Bytes(RecordedSpeech.Silence(seconds));

    internal Task<LiveClient> ConnectAsync(string query, Uri? address = null) => LiveClient.ConnectAsync(address ?? Address, query);
}

/// <summary>A client of the wire format that keeps what it hears.</summary>
internal sealed class LiveClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private Task _reading = Task.CompletedTask;

    public List<JsonElement> Messages { get; } = [];

    public int? CloseCode => (int?)_socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public string? RequestId { get; private set; }

    public string? Warning => _socket.HttpResponseHeaders!.TryGetValue("dg-warning", out var said) ? said.Single() : null;

    public ClientWebSocket Socket => _socket;

    public IEnumerable<JsonElement> Results => Of("Results");

    public IEnumerable<JsonElement> Finals => Results.Where(message => message.GetProperty("is_final").GetBoolean());

    public string Text => string.Join(' ', Finals.Select(Transcript).Where(text => text.Length > 0));

    public static string Transcript(JsonElement result) =>
        result.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("transcript").GetString()!;

    public static async Task<LiveClient> ConnectAsync(Uri address, string query, Action<ClientWebSocketOptions>? configure = null)
    {
        var client = new LiveClient();
        client._socket.Options.CollectHttpResponseDetails = true;
        configure?.Invoke(client._socket.Options);
        await client._socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/v1/listen", Query = query }.Uri, TestContext.Current.CancellationToken);
        client.RequestId = client._socket.HttpResponseHeaders!["dg-request-id"].Single();
        client._reading = client.ReadAsync();
        return client;
    }

    public IEnumerable<JsonElement> Of(string type)
    {
        lock (Messages)
        {
            return [.. Messages.Where(message => message.GetProperty("type").GetString() == type)];
        }
    }

    /// <summary>Sends frames until all are sent, or the node has closed: what it then says is for the test to look at.</summary>
    public async Task SendAsync(byte[] audio, int frame = 3200)
    {
        foreach (var piece in audio.Chunk(frame))
        {
            await SendAsync(piece, WebSocketMessageType.Binary);
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    /// <summary>Waits for the close frame.</summary>
    public Task EndAsync() => _reading.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

    public async Task UntilAsync(Func<LiveClient, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition(this))
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    public void Dispose() => _socket.Dispose();

    // Refused in the middle of what is sent, which depends on who is quicker: only a connection that ends without a code is a failure.
    private async Task SendAsync(byte[] bytes, WebSocketMessageType type)
    {
        try
        {
            await _socket.SendAsync(bytes, type, true, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            await EndAsync();
            if (CloseCode is null)
            {
                throw;
            }
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken);
                return;
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                lock (Messages)
                {
                    Messages.Add(JsonDocument.Parse(message.ToArray()).RootElement);
                }

                message.SetLength(0);
            }
        }
    }
}
