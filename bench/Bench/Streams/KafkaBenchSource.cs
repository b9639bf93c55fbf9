using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Kafka;
using Switchboard.Streams.Partitioning;

namespace Switchboard.Bench.Streams;

/// <summary>Finished messages and a plain producer for them: what is measured is the way from the brokers on, so this costs as little as it can.</summary>
internal sealed class KafkaBenchSource : IDisposable
{
    /// <summary>Messages that may lie unread in the topic: well below what the brokers keep.</summary>
    private const int Unread = 12_000;
    private const int Burst = 250;

    private readonly IProducer<byte[], byte[]> _producer;
    private readonly (TopicPartition To, Message<byte[], byte[]> Message)[] _messages;

    private KafkaBenchSource(IProducer<byte[], byte[]> producer, (TopicPartition To, Message<byte[], byte[]> Message)[] messages) =>
        (_producer, _messages) = (producer, messages);

    /// <summary>Makes messages as the relay would publish them.</summary>
    public static async Task<KafkaBenchSource> MakeAsync(
        IServiceProvider services, string topic, int count, int cases, int titleCharacters, CancellationToken cancellationToken)
    {
        var transport = services.GetRequiredService<KafkaTransport>();
        var partitions = await transport.Topology.UsedAsync(topic, cancellationToken);
        var org = Guid.CreateVersion7();
        var streams = Enumerable.Range(0, cases).Select(_ => Guid.CreateVersion7()).ToArray();
        var messages = Enumerable.Range(0, count).Select(number => Make(topic, partitions, Next(org, streams, number, titleCharacters))).ToArray();
        var producer = new ProducerBuilder<byte[], byte[]>(KafkaClientConfig.Producer(transport.Options)).SetLogHandler((_, _) => { }).Build();
        return new KafkaBenchSource(producer, messages);
    }

    /// <summary>Publishes all messages as fast as they are handled.</summary>
    public async Task PublishAsync(Counter handled, CancellationToken cancellationToken)
    {
        var before = handled.Value;
        for (var at = 0; at < _messages.Length; at += Burst)
        {
            while (at - (handled.Value - before) > Unread)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
            }

            foreach (var (to, message) in _messages.AsSpan(at, Math.Min(Burst, _messages.Length - at)))
            {
                _producer.Produce(to, message);
            }
        }
    }

    public void Dispose() => _producer.Dispose();

    private static (TopicPartition To, Message<byte[], byte[]> Message) Make(string topic, int partitions, EventRecord record)
    {
        var key = Encoding.UTF8.GetBytes(KafkaRecordCodec.KeyOf(record));
        return (
            new TopicPartition(topic, StreamPartition.Of(key, partitions)),
            new Message<byte[], byte[]> { Key = key, Value = KafkaRecordCodec.Encode(record), Headers = KafkaHeaders.Of(record) });
    }

    private static EventRecord Next(Guid org, Guid[] streams, int number, int titleCharacters) => new()
    {
        Tenant = TenantDatabases.CaseManagementTenant,
        OrgId = org,
        StreamType = "case",
        StreamId = streams[number % streams.Length],
        Version = 1 + (number / streams.Length),
        EventId = Guid.CreateVersion7(),
        Type = "case.title_changed",
        Schema = 1,
        Payload = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"to":"Checkout answers with 502 in eu-west-1, {{number}}{{RandomNumberGenerator.GetHexString(titleCharacters, lowercase: true)}}","from":"Checkout answers with 502 in eu-west-1"}"""),
        Actor = Actor.System,
        CorrelationId = "bench",
        OccurredAt = DateTimeOffset.UnixEpoch,
        RecordedAt = DateTimeOffset.UnixEpoch,
        Epoch = 1,
        Tx = 0,
        Seq = number,
    };
}
