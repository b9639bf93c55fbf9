using Switchboard.Events;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Relay;

namespace Switchboard.Streams.Kafka;

/// <summary>Publishes the log to Kafka for the relay. The position that goes with it belongs to one cluster, as offsets do.</summary>
internal sealed class KafkaEventPublisher(KafkaTransport transport, KafkaPublishedPartitions partitions) : IEventPublisher
{
    public string Destination => transport.Options.Cluster;

    public void Begin(string tenant, QueueLease lease) => partitions.Begin(tenant, lease);

    public string TopicOf(string tenant) => transport.Options.Topics[tenant];

    public async Task PublishAsync(string topic, IReadOnlyList<EventRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count > 0)
        {
            await (await partitions.PrepareAsync(records[0].Tenant, topic, cancellationToken) is { } number
                ? transport.Producer.PublishAsync(topic, records, number, cancellationToken)
                : transport.Producer.PublishAsync(topic, records, cancellationToken));
        }
    }
}
