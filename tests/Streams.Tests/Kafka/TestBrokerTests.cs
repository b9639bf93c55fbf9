using System.Text;
using Confluent.Kafka;
using Switchboard.Streams.Kafka;
using Switchboard.Testing.Kafka;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>What the other tests rely on in the development broker. Each test has a broker of its own.</summary>
public sealed class TestBrokerTests
{
    private static readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(5));

    [Fact]
    public async Task A_record_crosses_the_socket_with_its_key_and_headers_into_the_named_partition()
    {
        await using var broker = await StartAsync(partitions: 7);
        using var producer = Producer(broker);
        var headers = new Headers { { "type", "case.opened"u8.ToArray() } };
        var sent = await producer.ProduceAsync(
            new TopicPartition("t", 6), new Message<string, string> { Key = "k", Value = "v", Headers = headers }, _patience.Token);

        using var consumer = Consumer(broker);
        consumer.Assign(new TopicPartitionOffset("t", 6, sent.Offset));
        var got = consumer.Consume(_patience.Token);

        got.Message.Key.ShouldBe("k");
        got.Message.Value.ShouldBe("v");
        Encoding.UTF8.GetString(got.Message.Headers.GetLastBytes("type")).ShouldBe("case.opened");
    }

    [Fact]
    public async Task Brokers_that_were_down_are_back_on_the_same_ports_with_their_records()
    {
        await using var broker = await StartAsync(partitions: 1);
        using var producer = Producer(broker);
        await producer.ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Key = "k", Value = "before" }, _patience.Token);

        await broker.DownAsync();
        var during = producer.ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Key = "k", Value = "during" }, _patience.Token);
        await broker.UpAsync();

        (await during).Offset.Value.ShouldBe(1);
        using var consumer = Consumer(broker);
        consumer.Assign(new TopicPartitionOffset("t", 0, Offset.Beginning));
        consumer.Consume(_patience.Token).Message.Value.ShouldBe("before");
        consumer.Consume(_patience.Token).Message.Value.ShouldBe("during");
    }

    [Fact]
    public async Task A_request_that_cannot_be_understood_is_refused_with_its_reason()
    {
        await using var broker = await StartAsync(partitions: 1);
        (await Should.ThrowAsync<InvalidOperationException>(() => broker.CreateTopicAsync("t", 2))).Message.ShouldContain("already exists");
    }

    private static async Task<TestBroker> StartAsync(int partitions)
    {
        KafkaNativeLibrary.EnsureLoaded();
        var broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("t", partitions);
        return broker;
    }

    private static IProducer<string, string> Producer(TestBroker broker) =>
        new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, EnableIdempotence = true })
            .SetLogHandler((_, _) => { }).Build();

    private static IConsumer<string, string> Consumer(TestBroker broker) =>
        new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "g", FetchWaitMaxMs = 5 })
            .SetLogHandler((_, _) => { }).Build();
}
