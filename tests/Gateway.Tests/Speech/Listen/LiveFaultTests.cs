using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

public sealed class LiveFaultTests
{
    public static TheoryData<string, EngineScript> Faults => new()
    {
        { "killed in the middle of a window", new EngineScript { KillAt = 27 } },
        { "frozen", new EngineScript { FreezeAt = 27 } },
        { "answering rubbish", new EngineScript { RubbishAt = 27 } },
        { "killed at once", new EngineScript { KillAt = 1 } },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task Another_engine_goes_on_and_no_word_is_lost_doubled_or_moved(string fault, EngineScript script)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = connection => connection == 0 ? script : new EngineScript();
        await using var other = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync(
            [engine.Address, other.Address], null, ("Speech:EnginePing", script.FreezeAt is null ? "00:00:30" : "00:00:01"));
        using var client = await LiveClient.ConnectAsync(server);

        await client.SpeakAsync(0, 45);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1000, fault);
        LiveStreamTests.ShouldHaveHeard(client, 45);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 4500);
        server.World.Rows[client.SessionId].Failovers.ShouldBe(1);
        engine.Connections.ShouldBe(1);
        other.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task The_only_engine_is_asked_again_when_it_is_back()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = connection => connection < 3 ? new EngineScript { KillAt = 12 } : new EngineScript();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);

        await client.SpeakAsync(0, 40);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        LiveStreamTests.ShouldHaveHeard(client, 40);
        client.CloseCode.ShouldBe(1000);
    }

    [Fact]
    public async Task A_Finalize_that_a_dead_engine_did_not_answer_is_put_to_the_next()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static connection => connection == 0 ? new EngineScript { KillAt = 5 } : new EngineScript();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server);

        await client.SpeakAsync(0, 5);
        await client.SayAsync("""{"type":"Finalize"}""");
        var answer = await client.UntilAsync(LiveMessages.IsFromFinalize);

        answer.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("transcript").GetString().ShouldBe("w0 w1 w2 w3 w4");
    }

    [Fact]
    public async Task A_session_that_no_engine_can_go_on_with_is_closed_with_NET_0000_and_metered()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static connection => connection == 0 ? new EngineScript { KillAt = 15 } : new EngineScript { RefuseStatus = 503 };
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:Listen:FailoverTimeout", "00:00:02"));
        using var client = await LiveClient.ConnectAsync(server);

        await client.SpeakAsync(0, 10);
        await client.UntilAsync(static _ => true); // what a dying engine has just said may die with it
        await client.SpeakAsync(10, 10);
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1011);
        client.CloseReason!.ShouldContain("NET-0000");
        LiveStreamTests.ShouldHaveHeard(client, 10);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 2000);
    }

    [Fact]
    public async Task A_stream_in_a_container_is_heard_from_its_beginning_by_the_next_engine_and_nothing_is_said_twice()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static connection => connection == 0 ? new EngineScript { KillAt = 27 } : new EngineScript();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, "");

        await client.SpeakAsync(0, 45);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        LiveStreamTests.ShouldHaveHeard(client, 45);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 4500);
    }
}
