using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Events are not, or no longer, available.</summary>
[GenerateSerializer]
public class DataNotAvailableException : OrleansException
{
    /// <summary>Events are not available.</summary>
    public DataNotAvailableException()
        : this("Data not found")
    {
    }

    /// <summary>Events are not available.</summary>
    public DataNotAvailableException(string message)
        : base(message)
    {
    }

    /// <summary>Events are not available, with the cause.</summary>
    public DataNotAvailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A cache does not hold the place that a consumer wants to begin at.</summary>
[GenerateSerializer]
public sealed class QueueCacheMissException : DataNotAvailableException
{
    /// <summary>The place has left the cache.</summary>
    public QueueCacheMissException()
        : this("Item no longer in cache")
    {
    }

    /// <summary>The place has left the cache.</summary>
    public QueueCacheMissException(string message)
        : base(message)
    {
    }

    /// <summary>The place has left the cache, with the cause.</summary>
    public QueueCacheMissException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The place has left the cache, which begins and ends elsewhere.</summary>
    public QueueCacheMissException(StreamSequenceToken requested, StreamSequenceToken low, StreamSequenceToken high)
        : this(requested.ToString(), low.ToString(), high.ToString())
    {
    }

    /// <summary>The place has left the cache, which begins and ends elsewhere.</summary>
    public QueueCacheMissException(string? requested, string? low, string? high)
        : this($"Item not found in cache.  Requested: {requested}, Low: {low}, High: {high}")
    {
        Requested = requested;
        Low = low;
        High = high;
    }

    /// <summary>The wanted place.</summary>
    [Id(0)]
    public string? Requested { get; private set; }

    /// <summary>The oldest place in the cache.</summary>
    [Id(1)]
    public string? Low { get; private set; }

    /// <summary>The newest place in the cache.</summary>
    [Id(2)]
    public string? High { get; private set; }
}

/// <summary>A cache was given more than it may hold.</summary>
[GenerateSerializer]
public sealed class CacheFullException : OrleansException
{
    /// <summary>The cache is full.</summary>
    public CacheFullException()
        : this("Queue message cache is full")
    {
    }

    /// <summary>The cache is full.</summary>
    public CacheFullException(string message)
        : base(message)
    {
    }

    /// <summary>The cache is full, with the cause.</summary>
    public CacheFullException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>An event could not be delivered in the given time; its consumer gets this.</summary>
[GenerateSerializer]
public sealed class StreamEventDeliveryFailureException : OrleansException
{
    /// <summary>A delivery failed.</summary>
    public StreamEventDeliveryFailureException()
    {
    }

    /// <summary>A delivery failed.</summary>
    public StreamEventDeliveryFailureException(string message)
        : base(message)
    {
    }

    /// <summary>A delivery failed, with the cause.</summary>
    public StreamEventDeliveryFailureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal StreamEventDeliveryFailureException(StreamId streamId)
        : base($"Stream provider failed to deliver an event.  StreamId: {streamId}")
    {
    }
}

/// <summary>A subscription has ended because of a failure; its consumer gets this.</summary>
[GenerateSerializer]
public sealed class FaultedSubscriptionException : OrleansException
{
    /// <summary>A subscription has ended.</summary>
    public FaultedSubscriptionException()
        : this("Subscription is in a Faulted state.")
    {
    }

    /// <summary>A subscription has ended.</summary>
    public FaultedSubscriptionException(string message)
        : base(message)
    {
    }

    /// <summary>A subscription has ended, with the cause.</summary>
    public FaultedSubscriptionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal FaultedSubscriptionException(GuidId subscriptionId, QualifiedStreamId streamId)
        : base($"Subscription is in a Faulted state.  Subscription: {subscriptionId}, Stream: {streamId}")
    {
    }
}
