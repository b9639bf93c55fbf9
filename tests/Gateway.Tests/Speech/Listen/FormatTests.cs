using System.Net.WebSockets;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>What a client says of its audio reaches the engine as it is, and is what its seconds are counted by.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData("encoding=mulaw&sample_rate=8000", 8_000, 1)]
    [InlineData("encoding=mulaw", 8_000, 1)]
    [InlineData("encoding=linear16&sample_rate=8000", 16_000, 1)]
    [InlineData("encoding=linear16&sample_rate=48000&channels=2", 192_000, 1)]
    [InlineData("encoding=linear16&sample_rate=16000&channels=2&multichannel=true", 64_000, 2)]
    [InlineData("encoding=linear32&sample_rate=16000", 64_000, 1)]
    [InlineData("encoding=linear16&sample_rate=16000&endpointing=false", 32_000, 1)]
    public async Task Seconds_are_counted_by_the_format_and_the_engine_is_told_of_it(string query, int bytesPerSecond, int billed)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, query);

        await client.SendAsync(new byte[bytesPerSecond / 2], WebSocketMessageType.Binary);
        await client.SendAsync(new byte[bytesPerSecond], WebSocketMessageType.Binary);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1000);
        client.Messages[^1].GetProperty("duration").GetDouble().ShouldBe(1.5);
        await Poll.UntilAsync(() => server.World.Rows[client.SessionId].Settled);
        server.World.MeteredMilliseconds.ShouldBe(1500 * billed);
        foreach (var parameter in query.Split('&'))
        {
            engine.Queries.Single().ShouldContain(parameter);
        }
    }

    [Fact]
    public async Task A_container_is_passed_on_as_it_is_and_counted_by_what_the_engine_heard()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = await LiveClient.ConnectAsync(server, "");

        await client.SpeakAsync(0, 20);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        engine.Queries.Single().ShouldNotContain("encoding=");
        LiveStreamTests.ShouldHaveHeard(client, 20);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 2000);
    }
}
