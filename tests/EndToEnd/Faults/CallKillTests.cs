using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Switchboard.EndToEnd.Instances;
using Switchboard.Testing.Speech;

namespace Switchboard.EndToEnd.Faults;

/// <summary>The host is ended with SIGKILL while somebody speaks in a call of a case.</summary>
public sealed class CallKillTests
{
    private const string Listen = "/v1/listen?encoding=linear16&sample_rate=16000&resume=true";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_said_before_a_kill_stays_in_the_case_and_the_call_goes_on_after_the_next_start_without_gap_or_double()
    {
        await using var data = new DataRoot();
        await using var engine = await ScriptedEngine.StartAsync();
        string[] settings =
        [
            "--Speech:Pools:default:Nodes:0:Url", engine.Address.ToString(), "--Speech:Pools:default:Nodes:0:Name", "e0",
            // However slow the machine is, nothing but the kill ends the session.
            "--Speech:ConnectTimeout", "00:00:30", "--Speech:HealthTimeout", "00:00:30", "--Speech:EnginePing", "00:10:00",
            "--Speech:Listen:IdleTimeout", "00:10:00",
        ];
        string caseId, session;
        await using (var first = await HostProcess.StartAsync(data, settings))
        {
            using var api = first.Connect();
            caseId = await api.OpenCaseAsync(await api.CreateProjectAsync("CALLS"), "Somebody calls");
            using var client = await ConnectAsync(first, $"{Listen}&case_id={caseId}");
            session = client.HttpResponseHeaders!["dg-session-id"].Single();
            await client.SendAsync(TestAudio.Blocks(0, 25), WebSocketMessageType.Binary, endOfMessage: true, Token);
            await UntilAsync(async () => (await LinesAsync(api, caseId)).Words.Length == 20);
            await first.KillAsync();
        }

        await using var second = await HostProcess.StartAsync(data, settings);
        using var again = second.Connect();
        (await LinesAsync(again, caseId)).Words.ShouldBe(Words(20));
        using (var client = await ConnectAsync(second, $"{Listen}&session_id={session}&offset={20 * TestAudio.BlockBytes}"))
        {
            await client.SendAsync(TestAudio.Blocks(20, 25), WebSocketMessageType.Binary, endOfMessage: true, Token);
            await client.SendAsync("""{"type":"CloseStream"}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);
            await ReadToEndAsync(client);
            client.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
        }

        await UntilAsync(async () => (await LinesAsync(again, caseId)).State == "ended");
        var call = await LinesAsync(again, caseId);
        call.Words.ShouldBe(Words(45));
        call.Numbers.ShouldBe(Enumerable.Range(1, call.Numbers.Length));
        call.Record.ShouldNotBeNull()["duration"]!.GetValue<double>().ShouldBe(4.5);
    }

    private static async Task<ClientWebSocket> ConnectAsync(HostProcess host, string path)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Token {host.Credentials.ApiKey}");
        await socket.ConnectAsync(new Uri(new UriBuilder(host.BaseUrl) { Scheme = "ws" }.Uri, path), Token);
        return socket;
    }

    private static async Task ReadToEndAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), Token)).MessageType != WebSocketMessageType.Close)
        {
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
    }

    /// <summary>The case's only call.</summary>
    private static async Task<(string State, string[] Words, int[] Numbers, JsonNode? Record)> LinesAsync(ApiClient api, string caseId)
    {
        var listed = (await api.GetAsync($"/api/v2/cases/{caseId}/calls")).Require(HttpStatusCode.OK)["data"]!.AsArray();
        if (listed.Count == 0)
        {
            return ("none", [], [], null);
        }

        var call = (await api.GetAsync($"/api/v2/cases/{caseId}/calls/{listed.Single()!["id"]!.GetValue<string>()}?limit=1000"))
            .Require(HttpStatusCode.OK)["data"]!["attributes"]!;
        var lines = call["lines"]!.AsArray();
        return (
            call["state"]!.GetValue<string>(),
            [.. lines.SelectMany(static line => line!["text"]!.GetValue<string>().Split(' '))],
            [.. lines.Select(static line => line!["number"]!.GetValue<int>())],
            call["record"]);
    }

    private static string[] Words(int count) => [.. Enumerable.Range(0, count).Select(TestAudio.Word)];

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }
}
