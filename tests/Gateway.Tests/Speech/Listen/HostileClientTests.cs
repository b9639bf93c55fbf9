using Microsoft.Extensions.DependencyInjection;
using Switchboard.Testing;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>Clients that mean ill or know no better: their sessions end, and hold nothing up.</summary>
public sealed class HostileClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_whose_client_reads_nothing_ends_when_its_key_is_revoked()
    {
        var time = new FakeTimeProvider();
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { FinalEvery = 100_000 }; // interim results that grow with every block
        await using var server = await SpeechServer.StartAsync(
            [engine.Address],
            null,
            services => services.AddSingleton<TimeProvider>(time),
            ("Speech:Listen:WriteTimeout", "00:10:00"), ("Speech:Listen:QueueBytes", "16384"));
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&interim_results=true");
        var session = server.Sessions.Find(server.World.Caller.OrgId, client.SessionId)!;
        var speaking = SpeakUntilBrokenAsync(client);
        var (readUpTo, still) = (-1L, 0);
        await Poll.UntilAsync(() =>
        {
            // Nothing moves any more: the engine waits for the relay, and the relay for the client.
            still = session.Audio.IsFull && session.Audio.ReadUpTo == readUpTo ? still + 1 : 0;
            readUpTo = session.Audio.ReadUpTo;
            return still == 50;
        });

        await server.World.Revocation.CancelAsync();

        // Time goes on until it has ended: nothing here depends on when a timer is set.
        await Poll.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return session.Finished.IsCompleted;
        });
        await speaking;
        server.World.Rows[client.SessionId].Code.ShouldBe(1008);
        server.World.Held.ShouldBe(0);
    }

    [Fact]
    public async Task An_engine_that_takes_nothing_slows_its_client_and_little_is_held()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { FreezeAt = 1 };
        await using var server = await SpeechServer.StartAsync(
            [engine.Address], null, ("Speech:EnginePing", "00:10:00"), ("Speech:Listen:QueueBytes", "65536"), ("Speech:Listen:IdleTimeout", "00:10:00"));
        using var client = await LiveClient.ConnectAsync(server);
        var session = server.Sessions.Find(server.World.Caller.OrgId, client.SessionId)!;

        var speaking = SpeakUntilBrokenAsync(client);

        await Poll.UntilAsync(() => session.Audio.IsFull);
        (session.Audio.Written - session.Audio.ReadUpTo).ShouldBeLessThan(2 * 65_536);
        speaking.IsCompleted.ShouldBeFalse();
        await server.World.Revocation.CancelAsync();
        await speaking;
        await Poll.UntilAsync(() => server.World.Rows[client.SessionId].Settled);
        server.World.Rows[client.SessionId].Code.ShouldBe(1008);
    }

    [Fact]
    public async Task Two_hours_of_silence_are_metered_whole_and_little_of_them_is_held()
    {
        const int Seconds = 2 * 60 * 60;
        const int Kept = 128 * 1024;
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { FinalEvery = 100 };
        await using var server = await SpeechServer.StartAsync(
            [engine.Address], null, ("Speech:EnginePing", "00:10:00"), ("Speech:Listen:ReplayBytes", $"{Kept}"), ("Speech:Listen:QueueBytes", "65536"));
        using var client = await LiveClient.ConnectAsync(server, "encoding=mulaw&sample_rate=8000");
        var session = server.Sessions.Find(server.World.Caller.OrgId, client.SessionId)!;
        var reading = client.ReadToEndAsync();
        var silence = Enumerable.Repeat((byte)0xFF, 10 * 8_000).ToArray();

        for (var second = 0; second < Seconds; second += 10)
        {
            await client.SendAsync(silence, System.Net.WebSockets.WebSocketMessageType.Binary);
            (session.Audio.ReadUpTo - session.Audio.Kept).ShouldBeLessThanOrEqualTo(Kept);
        }

        await client.SayAsync("""{"type":"CloseStream"}""");
        await reading;
        client.CloseCode.ShouldBe(1000);
        await Poll.UntilAsync(() => server.World.Rows[client.SessionId].Settled);
        server.World.MeteredMilliseconds.ShouldBe(Seconds * 1000L);
    }

    /// <summary>Speaks, and reads nothing, until the connection is cut.</summary>
    private static Task SpeakUntilBrokenAsync(LiveClient client) => Task.Run(
        async () =>
        {
            try
            {
                for (var from = 0; ; from += 10)
                {
                    await client.SpeakAsync(from % 30_000, 10);
                }
            }
            catch (Exception error) when (error is IOException or System.Net.WebSockets.WebSocketException)
            {
                // Cut, as it should be.
            }
        },
        Token);
}
