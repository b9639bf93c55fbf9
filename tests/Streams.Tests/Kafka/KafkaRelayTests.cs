using Orleans.Hosting;
using Switchboard.Events;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Streams.Tests.PostgresLog;
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
        await _broker.CreateTopicAsync(Topic, KafkaStreamSite.Partitions);
        _site = new RelayedSite(_database, _broker.BootstrapServers);
    }

    public async ValueTask DisposeAsync()
    {
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
        ShouldBeInOrder(records);
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
        await _broker.UpAsync();
        await _site.WriteAsync(records.Next(100));

        await _site.Recorder.WaitForAsync(600, Token);
        ShouldBeInOrder(records);
    }

    private void ShouldBeInOrder(Records records)
    {
        foreach (var stream in records.Streams)
        {
            var highest = 0L;
            foreach (var version in _site.Recorder.VersionsOf(stream))
            {
                version.ShouldBeLessThanOrEqualTo(highest + 1, $"seed {_seed}, stream {stream}: {string.Join(' ', _site.Recorder.VersionsOf(stream))}");
                highest = Math.Max(highest, version);
            }
        }
    }

    private sealed class RelayedSite(TestDatabase database, string servers) : KafkaStreamSite(database, servers, Topic)
    {
        public Task PublishAgainAsync(IReadOnlyList<EventRecord> records) => base.WriteAsync(records);

        public override async Task WriteAsync(IReadOnlyList<EventRecord> records)
        {
            await using var connection = await Database.DataSource.OpenConnectionAsync();
            await PostgresLogSite.InsertAsync(connection, records);
        }

        protected override void Configure(ISiloBuilder silo)
        {
            base.Configure(silo);
            silo.Configuration["Streams:Kafka:Topics:case-management"] = Topic;
            silo.Services.AddEventRelay(silo.Configuration);
        }
    }
}
