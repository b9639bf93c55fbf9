using Confluent.Kafka;
using Switchboard.Events;
using Switchboard.Streams.Kafka;
using Switchboard.Streams.Partitioning;
using Switchboard.Streams.Relay;
using Switchboard.Testing.Kafka;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Shares a database. Tests that let the broker fail have a broker of their own.</summary>
public sealed class KafkaProducerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private const int Produce = 0;
    private const int TopicAuthorizationFailed = 29;
    private const int NotEnoughReplicas = 19;

    private readonly string _flavor = $"flavor-{Guid.NewGuid():N}";

    [Fact]
    public async Task All_events_of_a_case_lie_in_the_partition_of_its_key()
    {
        await using var site = await KafkaSite.StartAsync(database, await KafkaCluster.CreateTopicAsync(5), _flavor);
        var records = Enumerable.Range(0, 60).Select(number => Samples.Record(Guid.NewGuid())).ToArray();
        await site.PublishAsync(records);

        for (var partition = 0; partition < 5; partition++)
        {
            var expected = records.Where(record => StreamPartition.Of(KafkaRecordCodec.KeyOf(record), 5) == partition).ToArray();
            (await site.Read(partition).UntilAsync(expected.Length)).Select(container => container.Record).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_is_said_so_with_how_to_make_it()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var site = await KafkaSite.StartAsync(
            database, "t", _flavor, broker.BootstrapServers, options => (options.BootstrapServers, options.MetadataTimeout) = ("127.0.0.1:1", TimeSpan.FromSeconds(1)));
        (await Should.ThrowAsync<KafkaUnavailableException>(() => site.PublishAsync(Samples.Record()))).Message
            .ShouldContain("Kafka does not answer at 127.0.0.1:1");
    }

    [Fact]
    public async Task An_event_that_is_too_large_is_refused_by_name_and_nothing_is_published()
    {
        await using var site = await KafkaSite.StartAsync(
            database, await KafkaCluster.CreateTopicAsync(1), _flavor, configure: options => options.MaxRecordBytes = 2000);
        var (small, large) = (Samples.Record(), Samples.Record(payload: $"\"{new string('x', 3000)}\""));

        var error = await Should.ThrowAsync<EventRefusedException>(() => site.PublishAsync(small, large));

        error.Record.ShouldBe(large);
        error.Message.ShouldContain(large.EventId.ToString());
        await site.PublishAsync(small);
        (await site.Read().UntilAsync(1)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_refused_record_fails_the_call_and_the_next_call_works()
    {
        await using var broker = await OwnBrokerAsync();
        await using var site = await KafkaSite.StartAsync(database, "t", _flavor, broker.BootstrapServers);
        await broker.FailAsync(Produce, TopicAuthorizationFailed, 1);
        var records = Records(20);

        await Should.ThrowAsync<KafkaException>(() => site.PublishAsync(records));
        await site.PublishAsync(records);

        var read = await site.Read().UntilAsync(20);
        read.Select(container => container.Record).Distinct().ShouldBe(records);
    }

    [Fact]
    public async Task Errors_that_pass_are_retried_without_doubling_or_reordering()
    {
        await using var broker = await OwnBrokerAsync();
        await using var site = await KafkaSite.StartAsync(database, "t", _flavor, broker.BootstrapServers);
        await site.PublishAsync(Samples.Record());
        await broker.FailAsync(Produce, NotEnoughReplicas, 3);
        var records = Records(500);

        await Task.WhenAll(records.Chunk(50).Select(part => site.PublishAsync(part)));

        var read = await site.Read().UntilAsync(501);
        read.Skip(1).Select(container => container.Record).ShouldBe(records);
    }

    /// <summary>Not the 20 s of the promise, but longer than the client's own time-outs, which are shortened; the same path.</summary>
    [Fact]
    public async Task While_the_brokers_are_down_calls_fail_in_time_and_afterwards_everything_is_there_in_order()
    {
        await using var broker = await OwnBrokerAsync();
        await using var site = await KafkaSite.StartAsync(
            database, "t", _flavor, broker.BootstrapServers, options => options.DeliveryTimeout = TimeSpan.FromSeconds(2));
        var records = Records(300);
        await site.PublishAsync(records[..100]);
        var reader = site.Read();
        await reader.UntilAsync(100);

        await broker.DownAsync();
        await Should.ThrowAsync<KafkaException>(() => site.PublishAsync(records[100..200]));
        await broker.UpAsync();
        await PublishUntilItWorksAsync(site, records[100..200]);
        await PublishUntilItWorksAsync(site, records[200..]);

        await UntilDistinctAsync(reader, 300);
        // A repetition may double events; the first time that each comes is in order.
        reader.Read.Select(container => container.Record).Distinct().ShouldBe(records);
    }

    [Fact]
    public async Task Brokers_that_are_back_before_the_time_out_cost_nobody_an_error()
    {
        await using var broker = await OwnBrokerAsync();
        await using var site = await KafkaSite.StartAsync(database, "t", _flavor, broker.BootstrapServers);
        var records = Records(200);
        await site.PublishAsync(records[..100]);
        await broker.DownAsync();
        var during = site.PublishAsync(records[100..]);
        await broker.UpAsync();
        await during;

        (await site.Read().UntilAsync(200)).Select(container => container.Record).ShouldBe(records);
    }

    private static EventRecord[] Records(int count)
    {
        var stream = Guid.NewGuid();
        return [.. Enumerable.Range(1, count).Select(version => Samples.Record(stream, version))];
    }

    /// <summary>As the relay does: what was not acknowledged is given again, from its first event on.</summary>
    private static async Task PublishUntilItWorksAsync(KafkaSite site, EventRecord[] records)
    {
        while (true)
        {
            try
            {
                await site.PublishAsync(records);
                return;
            }
            catch (KafkaException)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async Task UntilDistinctAsync(KafkaReader reader, int count)
    {
        while (reader.Read.Select(container => container.Record.EventId).Distinct().Count() < count)
        {
            await reader.OnceAsync();
        }
    }

    private static async Task<TestBroker> OwnBrokerAsync()
    {
        Assert.SkipUnless(KafkaCluster.IsOwn, "SWITCHBOARD_TEST_KAFKA names a cluster, which cannot be told to fail.");
        var broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("t", 1);
        return broker;
    }
}
