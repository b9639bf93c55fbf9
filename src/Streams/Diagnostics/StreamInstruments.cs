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
    private readonly ConcurrentDictionary<ObservedQueue, byte> _queues = new();
    private readonly ConcurrentDictionary<string, Func<IEnumerable<(QueueName Queue, long Epoch)>>> _leases = new(StringComparer.Ordinal);

    /// <summary>Makes the instruments.</summary>
    public StreamInstruments(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        _handedOver = Meter.CreateCounter<long>("switchboard.streams.queues_taken", "{queue}", "Leases on queues that this process was given.");
        Meter.CreateObservableGauge(
            "switchboard.streams.lag.events", () => ByFlavor(static backlogs => backlogs.Sum(static one => one.Events)), "{event}",
            "Events that a flavor has not handled yet, in the queues that this process reads.");
        Meter.CreateObservableGauge(
            "switchboard.streams.oldest", () => ByFlavor(static backlogs => backlogs.Max(static one => one.Oldest.TotalSeconds)), "s",
            "The age of the oldest event on its way to a flavor.");
        Meter.CreateObservableGauge(
            "switchboard.streams.cache", () => ByFlavor(static backlogs => backlogs.Sum(static one => one.CacheBytes)), "By",
            "What the events on their way to a flavor take in memory.");
        Meter.CreateObservableGauge(
            "switchboard.streams.lease_epoch", Epochs, "{epoch}", "The epoch of the lease on a queue that this process reads.");
    }

    /// <summary>For further instruments of a transport.</summary>
    public Meter Meter { get; }

    /// <summary>Shows what a queue has left to do, until the result is disposed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="backlog">Called from any thread; null while somebody else reads the queue.</param>
    public IDisposable ObserveQueue(string tenant, QueueName queue, Func<QueueBacklog?> backlog)
    {
        var observed = new ObservedQueue(this, tenant, queue.Consumer, backlog);
        _queues[observed] = 0;
        return observed;
    }

    internal void HandedOver(string tenant, string consumer) => _handedOver.Add(1, Tag("tenant", tenant), Tag("flavor", consumer));

    internal void ObserveLeases(string tenant, Func<IEnumerable<(QueueName Queue, long Epoch)>> leases) => _leases[tenant] = leases;

    internal static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private IEnumerable<Measurement<long>> Epochs() =>
        from tenant in _leases
        from lease in tenant.Value()
        select new Measurement<long>(
            lease.Epoch, Tag("tenant", tenant.Key), Tag("flavor", lease.Queue.Consumer), Tag("source", lease.Queue.Source), Tag("partition", lease.Queue.Partition));

    private IEnumerable<Measurement<T>> ByFlavor<T>(Func<IEnumerable<QueueBacklog>, T> total)
        where T : struct =>
        from queue in _queues.Keys
        let backlog = queue.Backlog()
        where backlog is not null
        group backlog.Value by (queue.Tenant, queue.Flavor) into flavor
        select new Measurement<T>(total(flavor), Tag("tenant", flavor.Key.Tenant), Tag("flavor", flavor.Key.Flavor));

    private sealed class ObservedQueue(StreamInstruments instruments, string tenant, string flavor, Func<QueueBacklog?> backlog) : IDisposable
    {
        public string Tenant => tenant;

        public string Flavor => flavor;

        public Func<QueueBacklog?> Backlog => backlog;

        public void Dispose() => instruments._queues.TryRemove(this, out _);
    }
}
