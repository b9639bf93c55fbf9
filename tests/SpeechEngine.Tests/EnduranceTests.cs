using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using Switchboard.Testing;

namespace Switchboard.SpeechEngine.Tests;

/// <summary>Sessions and files that last, stall, or are left behind.</summary>
public sealed class EnduranceTests(EngineFixture engine)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hours_of_silence_give_results_all_along_in_little_memory()
    {
        EngineFixture.Need();
        const int Seconds = 2 * 3600;
        using var client = await engine.ConnectAsync("encoding=mulaw&sample_rate=8000");
        byte[] frame = [.. Enumerable.Repeat((byte)0xFF, 8_000)];
        await client.SendAsync(frame, frame.Length);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var second = 1; second < Seconds; second++)
        {
            await client.SendAsync(frame, frame.Length);
        }

        await client.SendAsync("""{"type":"CloseStream"}""");
        await client.EndAsync();
        client.CloseCode.ShouldBe(1000);
        client.Text.ShouldBe("");
        double at = 0;
        foreach (var final in client.Finals)
        {
            final.GetProperty("start").GetDouble().ShouldBe(at, 1e-6);
            final.GetProperty("duration").GetDouble().ShouldBeLessThan(20);
            at += final.GetProperty("duration").GetDouble();
        }

        at.ShouldBe(Seconds, 0.001);
        client.Messages[^1].GetProperty("duration").GetDouble().ShouldBe(Seconds, 0.001);
        client.Messages.Clear();
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(64 << 20);
    }

    [Fact]
    public async Task A_file_whose_sender_goes_away_is_dropped()
    {
        EngineFixture.Need();
        var (app, address) = await EngineFixture.StartAsync("--Engine:MaximumFiles", "1");
        await using (app)
        {
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            var pipe = new Pipe();
            var sending = engine.Http.PostAsync(new Uri(address, "/v1/listen?encoding=linear16"), new StreamContent(pipe.Reader.AsStream()), leaving.Token);
            await pipe.Writer.WriteAsync(EngineFixture.GoForward(), Cancelled);
            await FilesAreAsync(address, 1);
            var refused = await engine.Http.PostAsync(new Uri(address, "/v1/listen?encoding=linear16"), new ByteArrayContent(EngineFixture.GoForward()), Cancelled);
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

            await leaving.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => sending);
            await FilesAreAsync(address, 0);
            var next = await engine.Http.PostAsync(new Uri(address, "/v1/listen?encoding=linear16"), new ByteArrayContent(EngineFixture.GoForward()), Cancelled);
            next.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_file_that_takes_too_long_is_given_up_with_a_clear_answer()
    {
        EngineFixture.Need();
        var time = new FakeTimeProvider();
        var (app, address) = await EngineFixture.StartAsync(time, "--Engine:FileWithin", "00:10:00");
        await using (app)
        {
            var pipe = new Pipe();
            var sending = engine.Http.PostAsync(new Uri(address, "/v1/listen?encoding=linear16"), new StreamContent(pipe.Reader.AsStream()), Cancelled);
            await pipe.Writer.WriteAsync(EngineFixture.GoForward(), Cancelled);
            await FilesAreAsync(address, 1, () => time.WaitingTimers > 0);
            time.Advance(TimeSpan.FromMinutes(10));
            await FilesAreAsync(address, 0);
            await pipe.Writer.CompleteAsync();
            var answer = await sending;
            answer.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancelled)).RootElement.GetProperty("err_msg").GetString()!.ShouldNotBeEmpty();
        }
    }

    private async Task FilesAreAsync(Uri address, int expected, Func<bool>? also = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        do
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
        while (await FilesAsync(address, patience.Token) != expected || also?.Invoke() == false);
    }

    private async Task<int> FilesAsync(Uri address, CancellationToken cancellation) =>
        JsonDocument.Parse(await engine.Http.GetStringAsync(new Uri(address, "/health"), cancellation)).RootElement.GetProperty("files").GetInt32();
}
