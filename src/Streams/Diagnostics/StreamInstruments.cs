using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Switchboard.Streams.Leases;

namespace Switchboard.Streams.Diagnostics;

/// <summary>The metrics of streams, leases and the relay; meter <c>Switchboard.Streams</c>. One for each host.</summary>
public sealed class StreamInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Streams";

    private readonly Counter<long> _handedOver;
    private readonly ConcurrentDictionary<string, Func<IEnumerable<(QueueName Queue, long Epoch)>>> _leases = new(StringComparer.Ordinal);

    /// <summary>Makes the instruments.</summary>
    public StreamInstruments(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        _handedOver = Meter.CreateCounter<long>("switchboard.streams.queues_taken", "{queue}", "Leases on queues that this process was given.");
        Meter.CreateObservableGauge(
            "switchboard.streams.lease_epoch", Epochs, "{epoch}", "The epoch of the lease on a queue that this process reads.");
    }

    /// <summary>For further instruments of a transport.</summary>
    public Meter Meter { get; }

    internal void HandedOver(string tenant, string consumer) => _handedOver.Add(1, Tag("tenant", tenant), Tag("flavor", consumer));

    internal void ObserveLeases(string tenant, Func<IEnumerable<(QueueName Queue, long Epoch)>> leases) => _leases[tenant] = leases;

    internal static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private IEnumerable<Measurement<long>> Epochs() =>
        from tenant in _leases
        from lease in tenant.Value()
        select new Measurement<long>(
            lease.Epoch, Tag("tenant", tenant.Key), Tag("flavor", lease.Queue.Consumer), Tag("source", lease.Queue.Source), Tag("partition", lease.Queue.Partition));
}
