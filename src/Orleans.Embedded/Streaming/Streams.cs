using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Gives access to streams. Get one with <c>GetStreamProvider</c>.</summary>
public interface IStreamProvider
{
    /// <summary>The name that the provider was registered with.</summary>
    string Name { get; }

    /// <summary>Whether a subscription may begin at an earlier place.</summary>
    bool IsRewindable { get; }

    /// <summary>A stream, whether or not it has been used before.</summary>
    /// <typeparam name="T">Its events.</typeparam>
    IAsyncStream<T> GetStream<T>(StreamId streamId);
}

/// <summary>A stream, of whatever events.</summary>
public interface IAsyncStream
{
    /// <summary>Whether a subscription may begin at an earlier place.</summary>
    bool IsRewindable { get; }

    /// <summary>The provider.</summary>
    string ProviderName { get; }

    /// <summary>The stream within the provider.</summary>
    StreamId StreamId { get; }
}

/// <summary>A stream: producers call it like an observer, consumers subscribe to it.</summary>
/// <typeparam name="T">Its events.</typeparam>
public interface IAsyncStream<T>
    : IAsyncStream, IEquatable<IAsyncStream<T>>, IComparable<IAsyncStream<T>>, IAsyncObservable<T>, IAsyncBatchObservable<T>, IAsyncBatchProducer<T>
{
    /// <summary>The subscriptions of the calling grain to this stream; resume them when the grain has been activated again.</summary>
    Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
}

/// <summary>Gets events one at a time.</summary>
/// <typeparam name="T">The events.</typeparam>
public interface IAsyncObserver<in T>
{
    /// <summary>Takes an event; the next one follows when the task has ended. If it fails, the event is delivered again.</summary>
    Task OnNextAsync(T item, StreamSequenceToken? token = null);

    /// <summary>There are no more events.</summary>
    Task OnCompletedAsync();

    /// <summary>Something failed on the way.</summary>
    Task OnErrorAsync(Exception ex);
}

/// <summary>Gets events several at a time.</summary>
/// <typeparam name="T">The events.</typeparam>
public interface IAsyncBatchObserver<T>
{
    /// <summary>Takes events; the next ones follow when the task has ended. If it fails, they are delivered again.</summary>
    Task OnNextAsync(IList<SequentialItem<T>> items);

    /// <summary>There are no more events.</summary>
    Task OnCompletedAsync();

    /// <summary>Something failed on the way.</summary>
    Task OnErrorAsync(Exception ex);
}

/// <summary>Takes events to be put into a stream.</summary>
/// <typeparam name="T">The events.</typeparam>
public interface IAsyncBatchProducer<T> : IAsyncObserver<T>
{
    /// <summary>Puts events into the stream that share one sequence number.</summary>
    Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null);
}

/// <summary>Can be subscribed to.</summary>
/// <typeparam name="T">The events.</typeparam>
public interface IAsyncObservable<T>
{
    /// <summary>Subscribes; every call makes a subscription of its own, unless the grain's class is implicitly subscribed.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);

    /// <summary>Subscribes from a place on, which only rewindable providers can do.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null);
}

/// <summary>Can be subscribed to by batches.</summary>
/// <typeparam name="T">The events.</typeparam>
public interface IAsyncBatchObservable<T>
{
    /// <summary>Subscribes; every call makes a subscription of its own, unless the grain's class is implicitly subscribed.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer);

    /// <summary>Subscribes from a place on, which only rewindable providers can do.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token);
}

/// <summary>An event of a batch with its place.</summary>
/// <typeparam name="T">The event.</typeparam>
[GenerateSerializer]
public class SequentialItem<T>(T item, StreamSequenceToken token)
{
    /// <summary>The event.</summary>
    [Id(0)]
    public T Item { get; } = item;

    /// <summary>Its place.</summary>
    [Id(1)]
    public StreamSequenceToken Token { get; } = token;
}

/// <summary>A subscription, as its consumer holds it. After a resume only the new handle is valid.</summary>
/// <typeparam name="T">The events.</typeparam>
[GenerateSerializer]
public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>>
{
    /// <summary>The stream within the provider.</summary>
    public abstract StreamId StreamId { get; }

    /// <summary>The provider.</summary>
    public abstract string ProviderName { get; }

    /// <summary>The subscription.</summary>
    public abstract Guid HandleId { get; }

    /// <summary>Ends the subscription.</summary>
    public abstract Task UnsubscribeAsync();

    /// <summary>Attaches an observer, from a place on if one is given.</summary>
    public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);

    /// <summary>Attaches an observer of batches, from a place on if one is given.</summary>
    public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null);

    /// <inheritdoc/>
    public abstract bool Equals(StreamSubscriptionHandle<T>? other);
}

/// <summary>Streams by the parts of their identity.</summary>
public static class StreamProviderExtensions
{
    /// <summary>A stream without a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, Guid id) =>
        streamProvider.GetStream<T>(StreamId.Create(null, id));

    /// <summary>A stream.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, Guid id) =>
        streamProvider.GetStream<T>(StreamId.Create(ns, id));

    /// <summary>A stream without a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string id) =>
        streamProvider.GetStream<T>(StreamId.Create(null, id));

    /// <summary>A stream.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, string id) =>
        streamProvider.GetStream<T>(StreamId.Create(ns, id));

    /// <summary>A stream without a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, long id) =>
        streamProvider.GetStream<T>(StreamId.Create(null, id));

    /// <summary>A stream.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, long id) =>
        streamProvider.GetStream<T>(StreamId.Create(ns, id));
}
