using System.Net.WebSockets;
using System.Text.Json;
using Switchboard.Speech;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

public sealed class LiveStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_is_heard_word_for_word_and_ends_with_metadata_and_1000()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&interim_results=true&tag=t1&extra=k:v");

        await client.SpeakAsync(0, 34);
        await client.SayAsync("""{ "type": "CloseStream" }""");
        await client.ReadToEndAsync();

        ShouldHaveHeard(client, 34);
        client.CloseCode.ShouldBe(1000);
        var metadata = client.Messages[^1];
        metadata.TypeOf().ShouldBe("Metadata");
        metadata.GetProperty("request_id").GetGuid().ShouldBe(client.SessionId);
        metadata.GetProperty("duration").GetDouble().ShouldBe(3.4);
        metadata.GetProperty("channels").GetInt32().ShouldBe(1);
        metadata.GetProperty("models").GetArrayLength().ShouldBe(1);
        metadata.GetProperty("model_info").ValueKind.ShouldBe(JsonValueKind.Object);
        metadata.GetProperty("sha256").GetString()!.Length.ShouldBe(64);
        metadata.GetProperty("tags")[0].GetString().ShouldBe("t1");
        client.Header("dg-request-id").ShouldBe(client.SessionId.ToString());
        client.Messages.Where(message => message.TypeOf() == "Results").ShouldAllBe(
            message => message.GetProperty("metadata").GetProperty("request_id").GetGuid() == client.SessionId);
        await ShouldBeSettledAsync(server, client.SessionId, 3400);
        server.World.Requests[client.SessionId].ShouldSatisfyAllConditions(
            request => request.Code.ShouldBe(1000),
            request => request.Method.ShouldBe("streaming"),
            request => request.Milliseconds.ShouldBe(3400),
            request => request.Tags.ShouldBe(["t1", "team"]));
    }

    [Fact]
    public async Task Interim_results_come_only_to_those_who_ask_and_before_their_final_one()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var plain = await LiveClient.ConnectAsync(server);
        using var alias = await LiveClient.ConnectAsync(server, LiveClient.Raw, "/listen/");

        foreach (var client in new[] { plain, alias })
        {
            await client.SpeakAsync(0, 10);
            await client.SayAsync("""{"type":"CloseStream"}""");
            await client.ReadToEndAsync();
        }

        plain.Messages.Where(message => message.TypeOf() == "Results").ShouldAllBe(message => message.GetProperty("is_final").GetBoolean());
        alias.Messages.TakeWhile(message => !message.GetProperty("is_final").GetBoolean()).Count().ShouldBe(9);
    }

    [Theory]
    [InlineData("""{"type":"Finalize"}""")]
    [InlineData("""{ "type" : "Finalize", "channel": 0 }""")]
    public async Task Finalize_is_answered_whether_or_not_anything_was_said(string finalize)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);

        await client.SayAsync(finalize);
        var silent = await client.UntilAsync(LiveMessages.IsFromFinalize);
        await client.SpeakAsync(0, 3);
        await client.SayAsync(finalize);
        var spoken = await client.UntilAsync(LiveMessages.IsFromFinalize);

        silent.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("transcript").GetString().ShouldBe("");
        spoken.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("transcript").GetString().ShouldBe("w0 w1 w2");
    }

    [Fact]
    public async Task An_empty_binary_frame_ends_the_stream()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);

        await client.SpeakAsync(0, 4);
        await client.SendAsync(default, WebSocketMessageType.Binary);
        await client.ReadToEndAsync();

        ShouldHaveHeard(client, 4);
        client.Messages[^1].TypeOf().ShouldBe("Metadata");
        client.CloseCode.ShouldBe(1000);
    }

    [Fact]
    public async Task What_nobody_understands_is_ignored()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&is_final=true&nonsense");

        await client.SayAsync("""{"type":"Unheard"}""");
        await client.SayAsync("not json");
        await client.SayAsync($$"""{"type":"{{new string('x', 10_000)}}"}""");
        await client.SayAsync("[1,2");
        await client.SpeakAsync(0, 2);
        await client.SayAsync("""{"type":"KeepAlive"}""");
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        ShouldHaveHeard(client, 2);
        client.CloseCode.ShouldBe(1000);
    }

    [Fact]
    public async Task A_silent_connection_gets_its_last_results_and_metadata_and_is_closed_with_NET_0001()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:Listen:IdleTimeout", "00:00:01"));
        using var client = await LiveClient.ConnectAsync(server);

        await client.SpeakAsync(0, 4);
        await client.ReadToEndAsync();

        ShouldHaveHeard(client, 4);
        client.Messages[^1].TypeOf().ShouldBe("Metadata");
        client.Messages[^1].GetProperty("sha256").GetString().ShouldBe("incomplete");
        client.CloseCode.ShouldBe(1011);
        client.CloseReason!.ShouldContain("NET-0001");
        client.CloseReason!.ShouldContain("net0001");
    }

    [Fact]
    public async Task KeepAlive_alone_holds_a_connection_for_a_while_and_meters_nothing()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync(
            [engine.Address], null, ("Speech:Listen:IdleTimeout", "00:00:05"), ("Speech:Listen:SilentTimeout", "00:00:00.300"));
        using var client = await LiveClient.ConnectAsync(server);

        await client.SayAsync("""{"type": "KeepAlive"}""");
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1011);
        client.CloseReason!.ShouldContain("NET-0000");
        var metadata = client.Messages[^1];
        metadata.GetProperty("duration").GetDouble().ShouldBe(0);
        metadata.TryGetProperty("models", out _).ShouldBeFalse();
        await ShouldBeSettledAsync(server, client.SessionId, 0);
    }

    [Fact]
    public async Task A_message_above_the_limit_closes_with_1009()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:Listen:MaxFrameBytes", "65536"));
        using var client = await LiveClient.ConnectAsync(server);

        await client.SendAsync(new byte[65_536], WebSocketMessageType.Binary);
        await client.SendAsync(new byte[65_537], WebSocketMessageType.Binary);
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1009);
    }

    [Fact]
    public async Task Audio_that_no_engine_can_decode_closes_with_1008_and_DATA_0000()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { RefuseAudioAt = 3 };
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, "");

        await client.SpeakAsync(0, 5);
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1008);
        client.CloseReason!.ShouldContain("DATA-0000");
        engine.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task A_revoked_key_ends_its_sessions_with_1008()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);
        await client.SpeakAsync(0, 10);
        await client.UntilAsync(static _ => true);

        await server.World.Revocation.CancelAsync();
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1008);
        client.CloseReason!.ShouldContain("INVALID_AUTH");
        await ShouldBeSettledAsync(server, client.SessionId, 1000);
    }

    [Fact]
    public async Task A_lost_slot_ends_its_session_with_1008()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);

        server.World.LoseSlots();
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1008);
        client.CloseReason!.ShouldContain("TOO_MANY_REQUESTS");
    }

    [Fact]
    public async Task A_process_that_stops_gives_the_last_results_and_closes_with_1001()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);
        await client.SpeakAsync(0, 14);
        await client.UntilAsync(static _ => true);
        await Poll.UntilAsync(() => server.Sessions.Find(server.World.Caller.OrgId, client.SessionId)!.Audio.Written == 14 * TestAudio.BlockBytes);

        var stopping = server.StopAsync();
        await client.ReadToEndAsync();
        await stopping;

        ShouldHaveHeard(client, 14);
        client.CloseCode.ShouldBe(1001);
        server.World.Rows[client.SessionId].ShouldSatisfyAllConditions(
            row => row.State.ShouldBe(SessionState.Ended), row => row.Code.ShouldBe(1001), row => row.Settled.ShouldBeTrue());
        server.World.MeteredMilliseconds.ShouldBe(1400);
    }

    [Fact]
    public async Task A_connection_that_breaks_frees_its_slot_and_is_metered()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);
        await client.SpeakAsync(0, 25);
        await client.UntilAsync(static message => message.GetProperty("start").GetDouble() >= 1);
        await Poll.UntilAsync(() => server.Sessions.Find(server.World.Caller.OrgId, client.SessionId)!.Audio.Written == 25 * TestAudio.BlockBytes);

        client.Break();

        await Poll.UntilAsync(() => server.World.Held == 0);
        await ShouldBeSettledAsync(server, client.SessionId, 2500);
        server.World.Rows[client.SessionId].Code.ShouldBe(1006);
    }

    [Fact]
    public async Task A_client_that_never_reads_is_cut_off()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { FinalEvery = 100_000 };
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:Listen:WriteTimeout", "00:00:00.300"));
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&interim_results=true");

        // Results of an ever growing window soon fill every buffer on the way.
        var speaking = Task.Run(async () =>
        {
            for (var from = 0; ; from += 10)
            {
                await client.SpeakAsync(from % 30_000, 10);
            }
        }, Token);

        await Should.ThrowAsync<Exception>(() => speaking);
        await Poll.UntilAsync(() => server.World.Held == 0 && server.World.Rows[client.SessionId].Code is not null);
        server.World.Rows[client.SessionId].Code.ShouldBe(1006);
    }

    internal static void ShouldHaveHeard(LiveClient client, int blocks, int from = 0)
    {
        client.Words.ShouldBe(Enumerable.Range(from, blocks).Select(block => (TestAudio.Word(block), Math.Round(block * 0.1, 3))));
        var end = 0d;
        foreach (var final in client.Finals)
        {
            final.GetProperty("start").GetDouble().ShouldBe(end == 0 ? final.GetProperty("start").GetDouble() : end, 0.001);
            end = final.GetProperty("start").GetDouble() + final.GetProperty("duration").GetDouble();
        }
    }

    internal static async Task ShouldBeSettledAsync(SpeechServer server, Guid session, long milliseconds)
    {
        await Poll.UntilAsync(() => server.World.Rows.TryGetValue(session, out var row) && row.Settled);
        server.World.Rows[session].AcceptedMilliseconds.ShouldBe(milliseconds);
        server.World.Usage.Where(row => row.Key.Session == session).Sum(static row => row.Value).ShouldBe(milliseconds);
    }
}
