using System.Net;
using System.Net.WebSockets;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>Opus in packets: the gateway counts them, and the engine is given a container.</summary>
public sealed class LivePacketTests
{
    private const string Opus = "encoding=opus&sample_rate=48000";

    [Fact]
    public async Task Packets_are_metered_by_what_they_say_they_last_and_go_to_the_engine_in_a_container()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, Opus);

        // 100 of 20 ms, 10 of 60 ms, and one of 2.5 ms.
        for (var packet = 0; packet < 111; packet++)
        {
            byte first = packet < 100 ? (byte)0x78 : packet < 110 ? (byte)0x18 : (byte)0x80;
            await client.SendAsync((byte[])[first, .. new byte[packet]], WebSocketMessageType.Binary);
        }

        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1000);
        engine.Queries.ShouldHaveSingleItem().ShouldNotContain("encoding");
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 2602);
    }

    [Fact]
    public async Task A_message_that_is_no_packet_ends_the_stream_and_is_not_metered()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, Opus);

        await client.SendAsync((byte[])[0x78, 1, 2, 3], WebSocketMessageType.Binary);
        await client.SendAsync((byte[])[0x7B, 0], WebSocketMessageType.Binary);
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1008);
        client.CloseReason!.ShouldStartWith("DATA-0000");
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 20);
    }

    [Fact]
    public async Task More_channels_than_a_packet_holds_are_refused_before_the_upgrade()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = new LiveClient();

        await Should.ThrowAsync<WebSocketException>(() => client.OpenAsync(server, $"{Opus}&channels=3"));

        client.Status.ShouldBe(HttpStatusCode.BadRequest);
    }
}
