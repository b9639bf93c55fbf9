using Switchboard.Testing.Kafka;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>The database, or all brokers, go away in the middle of deliveries, for longer than an effect is waited for, and come back.</summary>
public sealed class DeliveryOutageTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Flavors_go_on_where_they_were_when_the_database_is_back()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, away for {DeliverySite.Outage.TotalSeconds} s");
        await using var site = await DeliverySite.StartAsync(seed, pairs: 25, "--Handlers:EffectTimeout", "00:00:02");
        using var api = site.Host.Connect();
        using var stop = new CancellationTokenSource();
        var writing = site.Work.WriteAsync(api, writers: 16, outlivesFaults: true, stop.Token);
        await site.Work.MoreAsync(300);

        await site.Data.Server.StopAsync(cancellationToken);
        await Task.Delay(DeliverySite.Outage, TimeProvider.System, cancellationToken);
        await site.Data.Server.StartAsync(null, cancellationToken);
        await site.Work.MoreAsync(300);
        await stop.CancelAsync();
        await writing;
        await site.Work.CloseAllAsync(api);

        await site.SettleAsync();
        output.WriteLine(await DeliveryHistory.ShouldHoldAsync(site));
        (await site.Host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Writes_go_on_without_brokers_and_flavors_get_everything_when_they_are_back()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, away for {DeliverySite.Outage.TotalSeconds} s");
        await using var broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("domain-events", 4);
        await broker.CreateTopicAsync("domain-events-oncall", 1);
        await broker.CreateTopicAsync("case-intake", 1);
        await using var site = await DeliverySite.StartAsync(
            seed, pairs: 25, "--Streams:Transport", "Kafka", "--Streams:Kafka:BootstrapServers", broker.BootstrapServers, "--Streams:Kafka:FetchWait", "00:00:00.005");
        using var api = site.Host.Connect();
        using var stop = new CancellationTokenSource();
        var writing = site.Work.WriteAsync(api, writers: 8, outlivesFaults: false, stop.Token);
        await site.Work.MoreAsync(200);

        await broker.DownAsync();
        await Task.Delay(DeliverySite.Outage, TimeProvider.System, cancellationToken);
        await site.Work.MoreAsync(100);
        await broker.UpAsync();
        await site.Work.MoreAsync(100);
        writing.IsCompleted.ShouldBeFalse("a write was refused");
        await stop.CancelAsync();
        await writing;
        await site.Work.CloseAllAsync(api);

        await site.SettleAsync();
        output.WriteLine(await DeliveryHistory.ShouldHoldAsync(site));
        (await site.Host.StopAsync()).ShouldBe(0);
    }
}
