using Switchboard.Events;
using Switchboard.Streams.Relay;

namespace Switchboard.Streams.Kafka;

/// <summary>Publishes the log to Kafka for the relay. The position that goes with it belongs to one cluster, as offsets do.</summary>
internal sealed class KafkaEventPublisher(KafkaTransport transport) : IEventPublisher
{
    public string Destination => transport.Options.Cluster;

    public string TopicOf(string tenant) => transport.Options.Topics[tenant];

    public Task PublishAsync(string topic, IReadOnlyList<EventRecord> records, CancellationToken cancellationToken) =>
        transport.Producer.PublishAsync(topic, records, cancellationToken);
}
