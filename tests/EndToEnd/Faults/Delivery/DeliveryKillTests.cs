using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>The process is ended with SIGKILL again and again while all flavors are at work, and once in the middle of a rebuild.</summary>
public sealed class DeliveryKillTests(ITestOutputHelper output)
{
    private const int Kills = 3;

    [Fact]
    public async Task Kills_during_delivery_lose_nothing_reorder_nothing_and_double_no_effect()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {DeliverySite.Events} events, {2 * DeliverySite.Pairs} cases");
        var random = new Random(seed);
        await using var site = await DeliverySite.StartAsync(seed, DeliverySite.Pairs);
        string[] rebuilt = ["timeline", "analytic", "attributes-indexer"];
        for (var kill = 0; kill < Kills; kill++)
        {
            using var api = site.Host.Connect();
            using var stop = new CancellationTokenSource();
            var writing = site.Work.WriteAsync(api, writers: 24, outlivesFaults: false, stop.Token);
            await site.Work.MoreAsync((DeliverySite.Events / (Kills + 1)) + random.Next(50));
            if (kill < rebuilt.Length)
            {
                await CaseCli.RunAsync(site.Data, "rebuild", rebuilt[kill]);
                await site.Work.MoreAsync(random.Next(1, 100));
            }

            await site.Host.KillAsync();
            await writing;
            await site.RestartAsync();
        }

        using (var api = site.Host.Connect())
        {
            using var stop = new CancellationTokenSource();
            var writing = site.Work.WriteAsync(api, writers: 24, outlivesFaults: false, stop.Token);
            await site.Work.MoreAsync(DeliverySite.Events / (Kills + 1));
            await stop.CancelAsync();
            await writing;
            await site.Work.CloseAllAsync(api);
        }

        await site.SettleAsync();
        output.WriteLine(await DeliveryHistory.ShouldHoldAsync(site));
        (await site.Host.StopAsync()).ShouldBe(0);
    }
}
