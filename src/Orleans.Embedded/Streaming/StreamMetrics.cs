using System.Diagnostics.Metrics;
using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Instruments with the names and tags that Orleans gives them.</summary>
internal sealed class StreamMetrics
{
    private readonly Counter<int> _consumersAdded;
    private readonly Counter<int> _consumersRemoved;
    private readonly Counter<int> _consumers;
    private readonly Counter<int> _read;
    private readonly Counter<int> _sent;

    internal StreamMetrics(OrleansInstruments instruments, Func<IEnumerable<PullingAgents>> agents)
    {
        var meter = instruments.Meter;
        _consumersAdded = meter.CreateCounter<int>("orleans-streams-pubsub-consumers-added");
        _consumersRemoved = meter.CreateCounter<int>("orleans-streams-pubsub-consumers-removed");
        _consumers = meter.CreateCounter<int>("orleans-streams-pubsub-consumers");
        _read = meter.CreateCounter<int>("orleans-streams-persistent-stream-messages-read");
        _sent = meter.CreateCounter<int>("orleans-streams-persistent-stream-messages-sent");
        meter.CreateObservableGauge(
            "orleans-streams-persistent-stream-pulling-agents",
            () => agents().Select(it => new Measurement<int>(it.Count, new KeyValuePair<string, object?>("name", it.Name))));
        meter.CreateObservableGauge(
            "orleans-streams-persistent-stream-pubsub-cache-size",
            () => agents().SelectMany(it => it.Running).Select(
                it => new Measurement<int>(it.StreamCount, new KeyValuePair<string, object?>("name", $"{it.ProviderName}.{it.Queue}"))));
    }

    /// <summary>Whether anybody counts deliveries.</summary>
    internal bool CountsSent => _sent.Enabled;

    internal void ConsumerAdded(QualifiedStreamId stream, GrainId consumer)
    {
        _consumersAdded.Add(1, Provider(stream), GrainType(consumer));
        _consumers.Add(1, Provider(stream), GrainType(consumer));
    }

    internal void ConsumerRemoved(QualifiedStreamId stream, GrainId consumer)
    {
        _consumersRemoved.Add(1, Provider(stream), GrainType(consumer));
        _consumers.Add(-1, Provider(stream), GrainType(consumer));
    }

    internal void Read(int count, string provider, QueueId queue)
    {
        if (_read.Enabled)
        {
            _read.Add(
                count,
                new KeyValuePair<string, object?>("queue", queue.ToStringWithHashCode()),
                new KeyValuePair<string, object?>("provider", provider));
        }
    }

    internal void Sent(string provider, string grainType) => _sent.Add(
        1, new KeyValuePair<string, object?>("provider", provider), new KeyValuePair<string, object?>("grain_type", grainType));

    private static KeyValuePair<string, object?> Provider(QualifiedStreamId stream) => new("provider", stream.ProviderName);

    private static KeyValuePair<string, object?> GrainType(GrainId consumer) => new("grain_type", consumer.Type.ToString());
}
