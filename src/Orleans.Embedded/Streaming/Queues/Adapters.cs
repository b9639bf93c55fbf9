using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Makes the parts of a persistent stream provider.</summary>
public interface IQueueAdapterFactory
{
    /// <summary>Connects to the queues.</summary>
    [Obsolete("Use the overload which accepts a CancellationToken.")]
    Task<IQueueAdapter> CreateAdapter();

#pragma warning disable CS0618 // Providers may implement the older overload only.
    /// <summary>Connects to the queues.</summary>
    Task<IQueueAdapter> CreateAdapter(CancellationToken cancellationToken) => CreateAdapter();
#pragma warning restore CS0618

    /// <summary>What keeps the events between queue and consumers.</summary>
    IQueueAdapterCache GetQueueAdapterCache();

    /// <summary>Which queue a stream belongs to.</summary>
    IStreamQueueMapper GetStreamQueueMapper();

    /// <summary>What becomes of events that could not be delivered.</summary>
    Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId);
}

/// <summary>Connects a provider to its queues.</summary>
public interface IQueueAdapter
{
    /// <summary>The provider's name.</summary>
    string Name { get; }

    /// <summary>Whether a subscription may begin at an earlier place.</summary>
    bool IsRewindable { get; }

    /// <summary>Whether events are read, written or both.</summary>
    StreamProviderDirection Direction { get; }

    /// <summary>Writes events; the task ends when they are safe.</summary>
    Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext);

    /// <summary>Makes the reader of a queue. It must not wait for anything: the work belongs into the reader's initialization.</summary>
    IQueueAdapterReceiver CreateReceiver(QueueId queueId);
}

/// <summary>Single events.</summary>
public static class QueueAdapterExtensions
{
    /// <summary>Writes an event.</summary>
    public static Task QueueMessageAsync<T>(
        this IQueueAdapter adapter, StreamId streamId, T evt, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        adapter.QueueMessageBatchAsync(streamId, [evt], token, requestContext);
}

/// <summary>
/// Reads a queue for one pulling agent. The agent calls one method at a time: while a read waits, nothing else is called but
/// <see cref="Shutdown"/>, whose caller has cancelled the read.
/// </summary>
public interface IQueueAdapterReceiver
{
    /// <summary>Prepares reading.</summary>
    Task Initialize(TimeSpan timeout);

    /// <summary>Reads what there is, at most so many batches.</summary>
    [Obsolete("Use the overload which accepts a CancellationToken.")]
    Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount);

#pragma warning disable CS0618 // Providers may implement the older overloads only.
    /// <summary>
    /// Reads what there is, at most so many batches (<see cref="QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG"/>: any number). It may
    /// wait for events: deliveries go on meanwhile, but delivered events are reported only when it has returned.
    /// </summary>
    Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken) => GetQueueMessagesAsync(maxCount);

    /// <summary>Takes note of events that all consumers are done with; they may be forgotten.</summary>
    Task MessagesDeliveredAsync(IList<IBatchContainer> messages, CancellationToken cancellationToken) => MessagesDeliveredAsync(messages);
#pragma warning restore CS0618

    /// <summary>Takes note of events that all consumers are done with; they may be forgotten.</summary>
    [Obsolete("Use the overload which accepts a CancellationToken.")]
    Task MessagesDeliveredAsync(IList<IBatchContainer> messages);

    /// <summary>Ends reading.</summary>
    Task Shutdown(TimeSpan timeout);
}

/// <summary>Makes the caches of a provider.</summary>
public interface IQueueAdapterCache
{
    /// <summary>Makes the cache of a queue.</summary>
    IQueueCache CreateQueueCache(QueueId queueId);
}

/// <summary>Says how much may be read.</summary>
public interface IQueueFlowController
{
    /// <summary>How many batches may be read at a time; <see cref="QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG"/>: any number.</summary>
    int GetMaxAddCount();
}

/// <summary>Keeps the events of a queue until all consumers have had them. Only the queue's agent uses it.</summary>
public interface IQueueCache : IQueueFlowController
{
    /// <summary>Adds events, newer than all before.</summary>
    void AddToCache(IList<IBatchContainer> messages);

    /// <summary>Forgets what no cursor needs any more; false if there is nothing to forget.</summary>
    bool TryPurgeFromCache([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems);

    /// <summary>A cursor over a stream's events, from a place on; null: from the newest event on.</summary>
    IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token);

    /// <summary>Whether reading should pause because consumers are behind.</summary>
    bool IsUnderPressure();

    /// <summary>Takes note, when the agent stops, of how far all consumers have come.</summary>
    void UpdateDeliveryProgress(StreamSequenceToken? earliestSubscriptionToken, DateTime utcNow)
    {
    }
}

/// <summary>A consumer's place in a cache.</summary>
public interface IQueueCacheCursor : IDisposable
{
    /// <summary>The batch that the last move arrived at.</summary>
    IBatchContainer? GetCurrent(out Exception? exception);

    /// <summary>Goes to the stream's next batch; false if there is none yet.</summary>
    bool MoveNext();

    /// <summary>Takes note that there are new events from a place on.</summary>
    void Refresh(StreamSequenceToken token);

    /// <summary>Takes note that the current batch was not delivered.</summary>
    void RecordDeliveryFailure();
}

/// <summary>Maps streams to queues.</summary>
public interface IStreamQueueMapper
{
    /// <summary>All queues.</summary>
    IEnumerable<QueueId> GetAllQueues();

    /// <summary>The queue of a stream.</summary>
    QueueId GetQueueForStream(StreamId streamId);
}

/// <summary>Maps streams to queues that have places on the ring.</summary>
public interface IConsistentRingStreamQueueMapper : IStreamQueueMapper
{
    /// <summary>The queues in a part of the ring.</summary>
    IEnumerable<QueueId> GetQueuesForRange(IRingRange range);
}

/// <summary>Decides what becomes of events that could not be delivered.</summary>
public interface IStreamFailureHandler
{
    /// <summary>Whether an explicit subscription ends after a failure.</summary>
    bool ShouldFaultSubsriptionOnError { get; }

    /// <summary>An event was not delivered in the given time; afterwards it is skipped.</summary>
    Task OnDeliveryFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken);

    /// <summary>A consumer could not be asked where it wants to begin.</summary>
    Task OnSubscriptionFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken);
}

/// <summary>Does nothing about failures.</summary>
public class NoOpStreamDeliveryFailureHandler : IStreamFailureHandler
{
    /// <summary>Subscriptions go on after failures.</summary>
    public NoOpStreamDeliveryFailureHandler()
        : this(false)
    {
    }

    /// <summary>Subscriptions may end after failures.</summary>
    public NoOpStreamDeliveryFailureHandler(bool faultOnError) => ShouldFaultSubsriptionOnError = faultOnError;

    /// <inheritdoc/>
    public bool ShouldFaultSubsriptionOnError { get; }

    /// <inheritdoc/>
    public Task OnDeliveryFailure(GuidId subscriptionId, string streamProviderName, StreamId streamId, StreamSequenceToken? sequenceToken) =>
        Task.CompletedTask;

    /// <inheritdoc/>
    public Task OnSubscriptionFailure(GuidId subscriptionId, string streamProviderName, StreamId streamId, StreamSequenceToken? sequenceToken) =>
        Task.CompletedTask;
}

/// <summary>Constants of adapters.</summary>
public static class QueueAdapterConstants
{
    /// <summary>Any number of batches.</summary>
    public const int UNLIMITED_GET_QUEUE_MSG = -1;
}

/// <summary>Whether a provider reads, writes or both.</summary>
public enum StreamProviderDirection
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>It reads.</summary>
    ReadOnly = 1,

    /// <summary>It writes.</summary>
    WriteOnly = 2,

    /// <summary>It reads and writes.</summary>
    ReadWrite = 3,
}
