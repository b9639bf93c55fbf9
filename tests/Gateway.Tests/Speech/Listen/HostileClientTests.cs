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
