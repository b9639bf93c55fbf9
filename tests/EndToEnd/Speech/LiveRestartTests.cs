using System.Net;
using System.Net.WebSockets;
using Switchboard.EndToEnd.Instances;
using Switchboard.Testing.Speech;

namespace Switchboard.EndToEnd.Speech;

/// <summary>A hundred live sessions on the real host and database, which restarts, before an engine that outlives it.</summary>
public sealed class LiveRestartTests
{
    private const int Sessions = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_sessions_resume_or_end_clearly_when_the_host_is_killed_or_stopped_and_each_is_metered_to_the_frame()
    {
        await using var data = new DataRoot();
        await using var engine = await ScriptedEngine.StartAsync();
        string[] settings =
        [
            "--Speech:Pools:default:Nodes:0:Url", engine.Address.ToString(), "--Speech:Pools:default:Nodes:0:Capacity", "1000",
            "--Speech:Limits:Live", "1000", "--Speech:Limits:RequestsPerSecond", "10000",
            // However slow the machine is, nothing but the kill and the stop ends a session, and no report is due before.
            "--Speech:ConnectTimeout", "00:00:30", "--Speech:HealthTimeout", "00:00:30", "--Speech:EnginePing", "00:10:00",
            "--Speech:Listen:IdleTimeout", "00:10:00", "--Speech:Listen:ResumeWindow", "00:10:00", "--Speech:Listen:ReportInterval", "00:00:30",
        ];

        var killed = Clients();
        await using (var host = await HostProcess.StartAsync(data, settings))
        {
            await EachAsync(killed, client => SpeakAsync(client, host, 25));
            await UntilAsync(() => Task.FromResult(engine.AudioBytes == Sessions * 25 * TestAudio.BlockBytes));
            await host.KillAsync();
        }

        await EachAsync(killed, static client => client.ReadAsync(null));
        killed.ShouldAllBe(static client => client.CloseCode == null);
        var stopped = Clients();
        await using (var host = await HostProcess.StartAsync(data, settings))
        {
            await EachAsync(killed, client => client.IsResumable ? ResumeAsync(client, host, 35) : IsRefusedAsync(client, host));
            await UntilAsync(async () =>
            {
                var metered = await MeteredAsync(data);
                return killed.All(client => metered.GetValueOrDefault(client.SessionId) >= (client.IsResumable ? 3500 : 2500));
            });

            await EachAsync(stopped, client => SpeakAsync(client, host, 20));
            var reading = EachAsync(stopped, static client => client.ReadAsync(null));
            (await host.StopAsync()).ShouldBe(0);
            await reading;
        }

        await data.Server.StartAsync(null, Token);
        var all = await MeteredAsync(data);
        foreach (var client in killed)
        {
            client.CloseCode.ShouldBe(client.IsResumable ? 1000 : null);
            client.Words.ShouldBe(Enumerable.Range(0, client.IsResumable ? 35 : 20).Select(TestAudio.Word));
            all[client.SessionId].ShouldBe(client.IsResumable ? 3500 : 2500);
            client.Dispose();
        }

        foreach (var client in stopped)
        {
            client.CloseCode.ShouldBe(1001);
            client.Words.ShouldBe(Enumerable.Range(0, 20).Select(TestAudio.Word));
            all[client.SessionId].ShouldBe(2000);
            client.Dispose();
        }

        all.Count.ShouldBe(2 * Sessions);
    }

    private static SpeechClient[] Clients() => [.. Enumerable.Range(0, Sessions).Select(static number => new SpeechClient(number % 2 == 0))];

    // The engine ends a window after each ten blocks: the last five of 25 are accepted, and in no final result.
    private static async Task SpeakAsync(SpeechClient client, HostProcess host, int blocks)
    {
        await client.ConnectAsync(host);
        await client.SpeakAsync(0, blocks);
        await client.ReadAsync(until: blocks / 10 * 10);
    }

    private static async Task ResumeAsync(SpeechClient client, HostProcess host, int blocks)
    {
        await client.ConnectAsync(host);
        client.Known.ShouldBe(client.Covered * TestAudio.BlockBytes);
        await client.SpeakAsync(client.Covered, blocks);
        await client.CloseStreamAsync();
        await client.ReadAsync(null);
    }

    private static async Task IsRefusedAsync(SpeechClient client, HostProcess host)
    {
        await Should.ThrowAsync<WebSocketException>(() => client.ConnectAsync(host));
        client.Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static Task EachAsync(SpeechClient[] clients, Func<SpeechClient, Task> body) => Parallel.ForEachAsync(
        clients,
        new ParallelOptions { MaxDegreeOfParallelism = Sessions, CancellationToken = Token },
        async (client, _) => await body(client));

    private static async Task<Dictionary<Guid, long>> MeteredAsync(DataRoot data) => (await data.QueryAsync(
        "select session_id, sum(milliseconds)::bigint from speech_usage group by session_id",
        static row => (Id: row.GetGuid(0), Milliseconds: row.GetInt64(1)))).ToDictionary(static row => row.Id, static row => row.Milliseconds);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
        }
    }
}
