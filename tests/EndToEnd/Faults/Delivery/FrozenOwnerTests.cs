using System.Globalization;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>
/// A process that reads queues is stopped (SIGSTOP) in the middle of its deliveries, for longer than its leases, while a position that it
/// has sent is still on its way. Another one takes over. Then the position arrives, and the first goes on where it stood: with deliveries
/// and transactions of an epoch that is over.
/// </summary>
public sealed class FrozenOwnerTests(ITestOutputHelper output)
{
    private const string Queues = "select consumer || '/' || partition, epoch, owner, coalesce(tx, '0')::text, coalesce(next, 0) from stream_queue order by 1";

    [Fact]
    public async Task An_owner_that_wakes_up_after_its_lease_moves_nothing_and_doubles_nothing()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var site = await DeliverySite.StartAsync(seed, pairs: 25);
        await using var folder = new DataRoot();
        await using var frozen = site.Host;
        await using var late = await LatePosition.PrepareAsync(site.Data);
        using (var client = frozen.Connect())
        using (var enough = new CancellationTokenSource())
        {
            var first = site.Work.WriteAsync(client, writers: 12, outlivesFaults: true, enough.Token);
            await site.Work.MoreAsync(200);
            await late.HoldAsync();
            await enough.CancelAsync();
            await first;
        }

        await frozen.FreezeAsync();
        using var api = (await site.AddAsync(folder)).Connect();
        using var stop = new CancellationTokenSource();
        var taken = await UntilAsync(site, queues => queues.All(queue => queue.Owner.Contains($"/{site.Host.Id}/", StringComparison.Ordinal)));
        (await late.ArriveAsync()).ShouldBeEmpty("what was sent under an epoch that is over");

        var writing = site.Work.WriteAsync(api, writers: 12, outlivesFaults: true, stop.Token);
        await site.Work.MoreAsync(200);
        var before = await ReadAsync(site);
        await frozen.WakeAsync();
        await site.Work.MoreAsync(200);

        // The late writes have come when the owner of old has noticed that its leases are over.
        await UntilAsync(site, _ => frozen.Output.Contains("is read elsewhere", StringComparison.Ordinal));
        await stop.CancelAsync();
        await writing;
        await site.Work.CloseAllAsync(api);
        await site.SettleAsync();
        var after = await ReadAsync(site);
        foreach (var (earlier, later) in before.Zip(after))
        {
            // On a busy machine a queue may have changed hands once more: then by a lease of its own.
            later.Epoch.ShouldBeGreaterThanOrEqualTo(earlier.Epoch, later.Name);
            (later.Epoch > earlier.Epoch || later.Owner == earlier.Owner).ShouldBeTrue(later.Name);
            (later.Tx, later.Next).ShouldBeGreaterThanOrEqualTo((earlier.Tx, earlier.Next), later.Name);
        }

        taken.ShouldAllBe(queue => queue.Epoch >= 2);
        using var metrics = frozen.Connect();
        var repeated = (await metrics.GetAsync("/metrics")).Text.Split('\n').Where(line => line.StartsWith("switchboard_handlers_repeated", StringComparison.Ordinal));
        output.WriteLine($"the woken process found done: {string.Join(", ", repeated.Select(line => line.Split("flavor=")[1]))}");
        output.WriteLine(await DeliveryHistory.ShouldHoldAsync(site));
    }

    private static Task<List<Queue>> ReadAsync(DeliverySite site) => site.Data.QueryAsync(
        Queues, row => new Queue(row.GetString(0), row.GetInt64(1), row.GetString(2), ulong.Parse(row.GetString(3), CultureInfo.InvariantCulture), row.GetInt64(4)));

    private static async Task<List<Queue>> UntilAsync(DeliverySite site, Predicate<List<Queue>> reached)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var queues = await ReadAsync(site);
            if (reached(queues))
            {
                return queues;
            }

            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(60), string.Join('\n', queues));
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private sealed record Queue(string Name, long Epoch, string Owner, ulong Tx, long Next);
}
