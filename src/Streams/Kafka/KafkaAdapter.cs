using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Events;

namespace Switchboard.Streams.Kafka;

/// <summary>Reads and writes one tenant's topic for one provider.</summary>
internal sealed class KafkaAdapter(
    string name, string topic, KafkaProducer producer, Func<QueueId, IQueueAdapterReceiver> receivers) : IQueueAdapter
{
    public string Name { get; } = name;

    /// <summary>Not by subscribers: where a flavor reads on is its stored position.</summary>
    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext)
    {
        var records = events.Select(item => item as EventRecord ?? throw new NotSupportedException(
            $"The stream provider {Name} carries {nameof(EventRecord)}; {typeof(T).FullName} cannot be written to {streamId}.")).ToArray();
        var key = streamId.GetKeyAsString();
        if (Array.Find(records, record => KafkaRecordCodec.KeyOf(record) != key) is { } foreign)
        {
            throw new ArgumentException(
                $"Event {foreign.EventId} belongs to the stream {KafkaRecordCodec.KeyOf(foreign)}; it cannot be written to {streamId}.", nameof(events));
        }

        return producer.PublishAsync(topic, records, CancellationToken.None);
    }

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => receivers(queueId);

}
