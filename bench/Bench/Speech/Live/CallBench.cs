using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Switchboard.Testing.Speech;

namespace Switchboard.Bench.Speech.Live;

/// <summary>
/// How soon what is said in a call can be read in its case's timeline. The clock starts when the client has sent the last audio of a window,
/// before the engine has answered with the window's final result: what is measured is a little more than what is promised.
/// </summary>
internal static class CallBench
{
    private const int Calls = 8;
    private const int Windows = 30;
    private const int WarmUp = 5;
    private const int BlocksOfWindow = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new IPEndPoint(IPAddress.Loopback, engine.Address.Port), cancellationToken);
        using var api = gateway.NewClient();
        var project = await CreateAsync(api, "/api/v2/cases/projects", new { data = new { type = "project", attributes = new { key = "CALLS", name = "Calls" } } }, cancellationToken);
        var times = new ConcurrentBag<double>();
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => TalkAsync(gateway, api, project, times, cancellationToken)));
        var sorted = times.Order().ToArray();
        return
        [
            new Figure($"{Calls} calls at once: from audio sent to its line in the timeline, p50", sorted[sorted.Length / 2], "ms", null, null),
            new Figure($"{Calls} calls at once: from audio sent to its line in the timeline, p99", sorted[(int)(sorted.Length * 0.99)], "ms", null, 500),
        ];
    }

    private static async Task TalkAsync(
        GatewayUnderTest gateway, HttpClient api, string project, ConcurrentBag<double> times, CancellationToken cancellationToken)
    {
        var caseId = await CreateAsync(
            api,
            "/api/v2/cases",
            new
            {
                data = new
                {
                    type = "case",
                    attributes = new { title = "Somebody calls", type_id = "00000000-0000-0000-0000-000000000001" },
                    relationships = new { project = new { data = new { id = project, type = "project" } } },
                },
            },
            cancellationToken);
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        socket.Options.SetRequestHeader("Authorization", $"Token {gateway.Key}");
        await socket.ConnectAsync(
            new Uri($"ws://{gateway.Address}/v1/listen?encoding=linear16&sample_rate={TestAudio.SampleRate}&case_id={caseId}"), cancellationToken);
        var reading = ReadToEndAsync(socket, cancellationToken);
        for (var window = 0; window < Windows; window++)
        {
            await socket.SendAsync(TestAudio.Blocks(window * BlocksOfWindow, BlocksOfWindow), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            await UntilSaidAsync(api, caseId, TestAudio.Word(((window + 1) * BlocksOfWindow) - 1), started, cancellationToken);
            if (window >= WarmUp)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        await socket.SendAsync("""{"type":"CloseStream"}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        await reading;
    }

    private static async Task UntilSaidAsync(HttpClient api, string caseId, string word, long started, CancellationToken cancellationToken)
    {
        while (!(await api.GetStringAsync($"/api/v2/cases/{caseId}/timelines?page[size]=1&filter[type]=CALL_SAID", cancellationToken)).Contains($"{word}\"", StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new InvalidOperationException($"'{word}' was said and is not in the timeline of case {caseId} after {Patience.TotalSeconds} s.");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task ReadToEndAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
        {
            // The client's own results are not what is measured.
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
    }

    private static async Task<string> CreateAsync(HttpClient api, string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await api.PostAsJsonAsync(path, body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!["data"]!["id"]!.GetValue<string>()
            : throw new InvalidOperationException($"POST {path} was answered with {(int)answer.StatusCode}: {text}");
    }
}
