using Switchboard.Events;
using Switchboard.Streams.Leases;

namespace Switchboard.Streams.Relay;

/// <summary>Where the relay publishes; implemented by a transport. Safe for use by many at once.</summary>
public interface IEventPublisher
{
    /// <summary>Names the place in the relay's position: under another name everything is published from the beginning.</summary>
    string Destination { get; }

    /// <summary>Called when a relay gets its lease, before its first batch: another process may have relayed meanwhile.</summary>
    void Begin(string tenant, QueueLease lease)
    {
        // Nothing to see to, unless the transport keeps something of its own.
    }

    /// <summary>The topic that all events of a tenant go to.</summary>
    string TopicOf(string tenant);

    /// <summary>
    /// Publishes events to a topic, those of one stream in the order given, and completes when all of them are safe there. When it fails,
    /// some may have been published; given again, in the same order, they follow.
    /// </summary>
    /// <exception cref="EventRefusedException">One of them can never be published, however often it is tried; none was.</exception>
    Task PublishAsync(string topic, IReadOnlyList<EventRecord> records, CancellationToken cancellationToken);
}

/// <summary>An event that its destination does not take, because it is too large, say.</summary>
public sealed class EventRefusedException : Exception
{
    /// <summary>Says which event is refused, and why.</summary>
    public EventRefusedException(EventRecord record, string message)
        : base(message) => Record = record;

    /// <summary>The event.</summary>
    public EventRecord Record { get; }
}
