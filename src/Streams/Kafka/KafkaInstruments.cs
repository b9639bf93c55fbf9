using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Switchboard.Streams.Diagnostics;

namespace Switchboard.Streams.Kafka;

/// <summary>What of the Kafka transport can be measured, beside the metrics that all transports have.</summary>
internal sealed class KafkaInstruments
{
    private readonly ConcurrentDictionary<KafkaPartitionReading, bool> _readings = new();
    private readonly ConcurrentDictionary<string, (int Used, int Seen)> _topics = new(StringComparer.Ordinal);
    private readonly Counter<long> _parked;
    private readonly Counter<long> _published;

    public KafkaInstruments(StreamInstruments instruments)
    {
        var meter = instruments.Meter;
        _parked = meter.CreateCounter<long>("switchboard.kafka.undecodable", "{record}", "Records that could not be read and became dead letters.");
        _published = meter.CreateCounter<long>("switchboard.kafka.published", "{record}", "Records that all in-sync replicas have acknowledged.");
        meter.CreateObservableGauge(
            "switchboard.kafka.lag", () => Each<long>(static one => one.Lag), "{record}", "Records of a partition that a flavor has not dealt with.");
        meter.CreateObservableGauge(
            "switchboard.kafka.pressure", () => Each<long>(static one => (one.Feed.IsFull ? 1 : 0)), "{partition}",
            "1 while a partition is not read on because its records in memory are at their bound.");
        meter.CreateObservableGauge(
            "switchboard.kafka.partitions_unserved", Unserved, "{partition}",
            "Partitions that a topic has got and that are not published to before every flavor has had what is in the others.");
    }

    public void Begin(KafkaPartitionReading reading) => _readings[reading] = true;

    public void End(KafkaPartitionReading reading) => _readings.TryRemove(reading, out _);

    public void Parked(KafkaStreamOptions stream) => _parked.Add(1, Tag("tenant", stream.Tenant), Tag("flavor", stream.Flavor));

    public void Published(string topic, int count) => _published.Add(count, Tag("topic", topic));

    public void Topic(string topic, int used, int seen) => _topics[topic] = (used, seen);

    private IEnumerable<Measurement<T>> Each<T>(Func<KafkaPartitionReading, T?> value)
        where T : struct =>
        from reading in _readings.Keys
        let measured = value(reading)
        where measured is not null
        select new Measurement<T>(
            measured.Value, Tag("tenant", reading.Tenant), Tag("flavor", reading.Flavor), Tag("partition", reading.Feed.Partition.Partition.Value));

    private IEnumerable<Measurement<int>> Unserved() =>
        _topics.Select(static one => new Measurement<int>(Math.Max(0, one.Value.Seen - one.Value.Used), Tag("topic", one.Key)));

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
