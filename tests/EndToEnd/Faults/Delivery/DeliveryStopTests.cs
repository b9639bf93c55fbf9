namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>The process is asked to stop (SIGTERM) in the middle of batches, and another one goes on.</summary>
public sealed class DeliveryStopTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_stop_in_the_middle_of_a_batch_hands_over_without_loss_or_repetition()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var site = await DeliverySite.StartAsync(seed, pairs: 25);
        for (var turn = 0; turn < 2; turn++)
        {
            using var api = site.Host.Connect();
            using var stop = new CancellationTokenSource();
            var writing = site.Work.WriteAsync(api, writers: 16, outlivesFaults: false, stop.Token);
            await site.Work.MoreAsync(random.Next(150, 300));
            (await site.Host.StopAsync()).ShouldBe(0, site.Host.Output);
            await writing;
            await site.RestartAsync();
        }

        using (var api = site.Host.Connect())
        {
            await site.Work.CloseAllAsync(api);
        }

        await site.SettleAsync();
        output.WriteLine(await DeliveryHistory.ShouldHoldAsync(site));
        (await site.Host.StopAsync()).ShouldBe(0);
    }
}
