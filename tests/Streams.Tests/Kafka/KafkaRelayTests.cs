using System.Diagnostics;
using System.Globalization;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Testing.Kafka;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>The whole way: log, relay, brokers, handler. Each test has a database and brokers of its own.</summary>
public sealed class KafkaRelayTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const string Topic = "relayed";

    private readonly int _seed = Random.Shared.Next();
    private TestDatabase _database = null!;
    private TestBroker _broker = null!;
    private RelayedSite _site = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        _database = await TestDatabase.CreateAsync(server.Server);
        _broker = await TestBroker.StartAsync();
        await _broker.CreateTopicAsync(Topic, KafkaStreamSite.AllPartitions);
        _site = new RelayedSite(_database, _broker.BootstrapServers, Topic);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper!.WriteLine(_site.Log);
        await _site.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Committed_events_reach_handlers_in_order_with_every_fifth_batch_sent_twice()
    {
        var records = new Records(20, _seed);
        await _site.StartAsync();
        for (var batch = 0; batch < 10; batch++)
        {
            var written = records.Next(50);
            await _site.WriteAsync(written);
            if (batch % 5 == 4)
            {
                await _site.Recorder.WaitForAsync(50 * (batch + 1), Token);
                await _site.PublishAgainAsync(written);
            }
        }

        await _site.Recorder.WaitForAsync(500, Token);
        _site.ShouldBeInOrder(records, _seed);
    }

    [Fact]
    public async Task While_the_brokers_are_down_the_log_grows_and_afterwards_everything_arrives_in_order()
    {
        var records = new Records(20, _seed);
        await _site.StartAsync();
        await _site.WriteAsync(records.Next(200));
        await _site.Recorder.WaitForAsync(100, Token);

        await _broker.DownAsync();
        await _site.WriteAsync(records.Next(300));
        await _site.WaitForLogAsync("brokers are down", Token);
        await _site.WaitForLagAsync(300, Token);
        await _broker.UpAsync();
        var back = TimeProvider.System.GetTimestamp();

        // The first of those that were written without brokers. Clients try again every second; thirty are for slow machines.
        await _site.Recorder.WaitForAsync(201, Token).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);
        TestContext.Current.TestOutputHelper!.WriteLine($"went on {TimeProvider.System.GetElapsedTime(back).TotalSeconds:F1} s after the brokers' return");
        await _site.WriteAsync(records.Next(100));
        await _site.Recorder.WaitForAsync(600, Token);
        _site.ShouldBeInOrder(records, _seed);
    }

    [Fact]
    public async Task Frozen_brokers_hold_up_neither_writes_nor_the_order()
    {
        var records = new Records(20, _seed);
        _site.Settings["Streams:Kafka:DeliveryTimeout"] = "00:00:03";
        await _site.StartAsync();
        await _site.WriteAsync(records.Next(100));
        await _site.Recorder.WaitForAsync(100, Token);
        await SignalAsync("STOP");
        for (var batch = 0; batch < 6; batch++)
        {
            await _site.WriteAsync(records.Next(50));
        }

        // The publisher's first client has given up, and what it was given is tried anew.
        await _site.WaitForLagAsync(300, Token);
        await _site.WaitForLogAsync("Publishing to relayed failed", Token);
        _site.Recorder.Distinct.ShouldBe(100);
        await SignalAsync("CONT");

        await _site.Recorder.WaitForAsync(400, Token);
        _site.ShouldBeInOrder(records, _seed);
        await _site.WaitForLagAsync(0, Token);
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _broker.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Token);
    }
}
