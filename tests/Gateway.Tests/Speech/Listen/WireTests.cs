using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Testing;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>What no library sends, or sends seldom: frame by frame.</summary>
public sealed class WireTests
{
    private const string Key = $"Authorization: Token {SpeechWorld.Key}";

    [Fact]
    public async Task Pings_are_answered_while_the_engine_stands_still_and_are_no_audio()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { FreezeAt = 1 };
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:EnginePing", "00:10:00"), ("Speech:Listen:IdleTimeout", "00:10:00"));
        using var client = await RawSocket.OpenAsync(server, LiveClient.Raw, Key);
        await client.SendAsync(FrameKind.Binary, TestAudio.Blocks(0, 1));

        for (var number = 0; number < 500; number++)
        {
            await client.SendAsync(FrameKind.Ping, BitConverter.GetBytes(number));
            var (kind, payload) = await client.ReceiveAsync();
            (kind, BitConverter.ToInt32(payload)).ShouldBe((FrameKind.Pong, number));
        }

        var session = server.World.Rows.Keys.ShouldHaveSingleItem();
        await client.SendAsync(FrameKind.Close, new byte[] { 0x03, 0xE8 });
        await LiveStreamTests.ShouldBeSettledAsync(server, session, 100);
    }

    [Fact]
    public async Task Whoever_sends_nothing_but_pings_and_reads_no_answer_is_cut_off()
    {
        var time = new FakeTimeProvider();
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, services => services.AddSingleton<TimeProvider>(time));
        using var client = await RawSocket.OpenAsync(server, LiveClient.Raw, Key);
        var id = server.World.Rows.Keys.ShouldHaveSingleItem();
        var session = server.Sessions.Find(server.World.Caller.OrgId, id)!;
        var flooding = FloodAsync(client);

        await Poll.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return session.Finished.IsCompleted;
        });

        await flooding;
        server.World.Rows[id].Code.ShouldBe(1011);
        server.World.MeteredMilliseconds.ShouldBe(0);
        server.World.Held.ShouldBe(0);
    }

    [Fact]
    public async Task Bytes_that_come_one_by_one_and_half_a_sample_at_the_end_are_heard_as_what_they_are()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);
        var audio = TestAudio.Blocks(7, 1);

        for (var at = 0; at < audio.Length; at++)
        {
            await client.SendAsync(audio.AsMemory(at, 1), WebSocketMessageType.Binary);
        }

        await client.SendAsync(new byte[1], WebSocketMessageType.Binary);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.Words.ShouldBe([(TestAudio.Word(7), 0)]);
        client.CloseCode.ShouldBe(1000);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 100);
    }

    [Fact]
    public async Task Text_is_no_audio_whatever_it_holds()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);
        var audio = Convert.ToBase64String(TestAudio.Blocks(0, 10));

        await client.SayAsync(audio);
        await client.SayAsync($$"""{"event":"media","payload":"{{audio}}"}""");
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.Words.ShouldBeEmpty();
        client.CloseCode.ShouldBe(1000);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 0);
    }

    [Theory]
    [InlineData("token, org_test", "token")]
    [InlineData("bearer,org_test", "bearer")]
    [InlineData("TOKEN,org_test,x-deepgram-session-id,0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f03", "token")]
    public async Task A_browsers_upgrade_is_agreed_to_in_its_own_words_and_its_page_may_read_the_headers(string offered, string echoed)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var client = await RawSocket.OpenAsync(
            server,
            LiveClient.Raw,
            "Origin: https://app.example",
            $"Sec-WebSocket-Protocol: {offered}",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");

        client.Answer.ShouldStartWith("http/1.1 101 ");
        client.Answer.ShouldContain($"\r\nsec-websocket-protocol: {echoed}\r\n");
        client.Answer.ShouldNotContain(SpeechWorld.Key);
        client.Answer.ShouldNotContain("permessage-deflate");
        client.Answer.ShouldContain("\r\naccess-control-allow-origin: https://app.example\r\n");
        client.Answer.ShouldContain("\r\naccess-control-allow-credentials: true\r\n");
        client.Answer.ShouldContain("dg-request-id,dg-project-id,dg-error");
        client.Answer.ShouldContain("\r\nvary: origin\r\n");
        client.Answer.ShouldContain($"\r\ndg-project-id: {server.World.Caller.OrgId}\r\n");
        client.Answer.ShouldContain($"\r\ndg-request-id: {server.World.Rows.Keys.ShouldHaveSingleItem()}\r\n");
        await client.SendAsync(FrameKind.Text, Encoding.ASCII.GetBytes("""{"type":"CloseStream"}"""));
        (await client.ReceiveAsync()).Kind.ShouldBe(FrameKind.Text);
    }

    [Theory]
    [InlineData("/listen", "lang=en-GB&codec=pcm", "language=en-GB")]
    [InlineData("/listen/v1", "format=pcm&sample_rate=16000&diarization=true", "diarize=true")]
    [InlineData("/v1/listen/pcm", "", "language=en")]
    public async Task The_other_dialects_paths_and_parameters_mean_the_same(string path, string query, string asked)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, query, path, $"Bearer {SpeechWorld.Key}");

        await client.SpeakAsync(0, 14);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        LiveStreamTests.ShouldHaveHeard(client, 14);
        client.Messages.Any(static message => message.TypeOf() == "Results" && !message.GetProperty("is_final").GetBoolean()).ShouldBeTrue();
        foreach (var part in (string[])["encoding=linear16&sample_rate=16000", "interim_results=true", asked])
        {
            engine.Queries.Single().ShouldContain(part);
        }
    }

    [Fact]
    public async Task What_neither_the_service_nor_its_engine_does_is_told_with_the_upgrade()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { Warning = "not done: diarize" };
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&diarize=true&detect_entities=true");

        client.Headers["dg-warning"].ShouldBe(["not done: detect_entities", "not done: diarize"]);
    }

    private static async Task FloodAsync(RawSocket client)
    {
        await Task.Yield();
        var payload = Encoding.ASCII.GetBytes(new string('p', FrameHeader.MostControlBytes));
        try
        {
            while (true)
            {
                await client.SendAsync(FrameKind.Ping, payload);
            }
        }
        catch (IOException)
        {
            // Cut, as it should be.
        }
    }
}
