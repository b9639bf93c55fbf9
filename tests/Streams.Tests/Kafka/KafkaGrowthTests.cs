using Switchboard.Streams.Tests.Conformance;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>A topic gets more partitions while its events are relayed and handled.</summary>
public sealed class KafkaGrowthTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly int _seed = Random.Shared.Next();
    private RelayedSite _site = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        _site = new RelayedSite(
            await TestDatabase.CreateAsync(server.Server), await KafkaCluster.BootstrapServersAsync(), await KafkaCluster.CreateTopicAsync(KafkaStreamSite.AllPartitions))
        {
            Settings = { ["Streams:Kafka:TopologyPeriod"] = "00:00:00.050" },
        };
        _site.Recorder.Pause = TimeSpan.FromMilliseconds(1);
        await _site.StartAsync();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task New_partitions_are_read_and_published_to_without_a_stop_and_every_case_keeps_its_order()
    {
        var records = new Records(60, _seed);
        var written = 0;
        await WriteAsync(10);
        _site.Grow();
        while (await _site.PublishedPartitionsAsync() != KafkaStreamSite.AllPartitions)
        {
            await WriteAsync(1);
        }

        await WriteAsync(10);

        await _site.Recorder.WaitForAsync(written, Token);
        _site.ShouldBeInOrder(records, _seed);
        while ((await _site.Control.ListAsync(StreamSite.Flavor, Token)).Count(row => row.Position?.Next > 0) < KafkaStreamSite.AllPartitions)
        {
            await Task.Yield();
        }

        async Task WriteAsync(int batches)
        {
            for (var batch = 0; batch < batches; batch++)
            {
                await _site.WriteAsync(records.Next(30));
                written += 30;
            }
        }
    }

    [Fact]
    public async Task While_a_flavor_has_something_left_to_do_the_former_number_stays()
    {
        var records = new Records(10, _seed);
        await _site.WriteAsync(records.Next(50));
        await _site.Recorder.WaitForAsync(50, Token);
        await _site.Control.PauseAsync(StreamSite.Flavor, "test", Token);
        await _site.WriteAsync(records.Next(50));
        await _site.WaitForLagAsync(0, Token);

        _site.Grow();
        await _site.WaitForLogAsync("are read from now on", Token);
        await _site.WriteAsync(records.Next(10));
        await _site.WaitForLogAsync($"are still published to: {StreamSite.Flavor} has", Token);
        (await _site.PublishedPartitionsAsync()).ShouldBe(KafkaStreamSite.Partitions);

        await _site.Control.ResumeAsync(StreamSite.Flavor, "test", Token);
        await _site.Recorder.WaitForAsync(110, Token);
        await _site.WriteAsync(records.Next(50));
        await _site.WaitForPublishedPartitionsAsync(KafkaStreamSite.AllPartitions, Token);
        await _site.Recorder.WaitForAsync(160, Token);
        _site.ShouldBeInOrder(records, _seed);
    }
}
