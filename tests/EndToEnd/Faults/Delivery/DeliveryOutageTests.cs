using System.Globalization;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>The database goes away in the middle of deliveries, for longer than an effect is waited for, and comes back.</summary>
public sealed class DeliveryOutageTests(ITestOutputHelper output)
{
    /// <summary><c>SWITCHBOARD_TEST_FAULT_OUTAGE</c> in seconds; unless set, a little more than the handlers' patience with one effect.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_FAULT_OUTAGE"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 4);

    [Fact]
    public async Task Flavors_go_on_where_they_were_when_the_database_is_back()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, away for {Outage.TotalSeconds} s");
        await using var site = await DeliverySite.StartAsync(seed, pairs: 25, "--Handlers:EffectTimeout", "00:00:02");
        using var api = site.Host.Connect();
        using var stop = new CancellationTokenSource();
        var writing = site.Work.WriteAsync(api, writers: 16, outlivesFaults: true, stop.Token);
        await site.Work.MoreAsync(300);

        await site.Data.Server.StopAsync(cancellationToken);
        await Task.Delay(Outage, TimeProvider.System, cancellationToken);
        await site.Data.Server.StartAsync(null, cancellationToken);
        await site.Work.MoreAsync(300);
        await stop.CancelAsync();
        await writing;
        await site.Work.CloseAllAsync(api);

        await site.SettleAsync();
        output.WriteLine(await DeliveryHistory.ShouldHoldAsync(site));
        (await site.Host.StopAsync()).ShouldBe(0);
    }
}
