using Orleans.Runtime;
using Orleans.Streams.Core;

namespace Orleans.Streams;

/// <summary>The part of a grain that events are delivered to.</summary>
internal interface IStreamConsumerExtension : IGrainExtension
{
    /// <summary>Delivers a batch. The answer is null, or the place at which the consumer wants to go on instead.</summary>
    Task<StreamHandshakeToken?> DeliverBatch(
        GuidId subscriptionId, QualifiedStreamId streamId, [Immutable] IBatchContainer batch, StreamHandshakeToken? handshakeToken);

    /// <summary>Tells of a failure.</summary>
    Task ErrorInStream(GuidId subscriptionId, [Immutable] Exception exc);

    /// <summary>Asks where the consumer wants to begin; the call activates the grain, which then attaches.</summary>
    Task<StreamHandshakeToken?> GetSequenceToken(GuidId subscriptionId);
}

/// <summary>What a consumer and an agent have last agreed on: the place to begin at, or the place of the last delivered batch.</summary>
[GenerateSerializer]
[Immutable]
internal sealed record StreamHandshakeToken([property: Id(0)] StreamSequenceToken Token, [property: Id(1)] bool IsStart)
{
    internal static StreamHandshakeToken? Start(StreamSequenceToken? token) => token is null ? null : new(token, IsStart: true);

    internal static StreamHandshakeToken Delivered(StreamSequenceToken token) => new(token, IsStart: false);
}

/// <summary>The subscriptions that are attached to one activation.</summary>
internal sealed class StreamConsumerExtension(StreamRuntime runtime, IGrainContext context) : IStreamConsumerExtension
{
    private readonly Dictionary<Guid, IAttachedSubscription> _subscriptions = [];

    public Task<StreamHandshakeToken?> DeliverBatch(
        GuidId subscriptionId, QualifiedStreamId streamId, IBatchContainer batch, StreamHandshakeToken? handshakeToken) =>
        Find(subscriptionId) is { } subscription
            ? subscription.DeliverAsync(batch, handshakeToken)
            : AttachAndDeliverAsync(subscriptionId, streamId, batch, handshakeToken);

    public Task ErrorInStream(GuidId subscriptionId, Exception exc) => Find(subscriptionId)?.FailAsync(exc) ?? Task.CompletedTask;

    public Task<StreamHandshakeToken?> GetSequenceToken(GuidId subscriptionId) => Task.FromResult(Find(subscriptionId)?.Expected);

    internal void Attach(IAttachedSubscription subscription)
    {
        // A client's threads are not turns, so that they may come at once.
        lock (_subscriptions)
        {
            _subscriptions[subscription.Id.Guid] = subscription;
        }
    }

    internal void Detach(GuidId subscriptionId)
    {
        lock (_subscriptions)
        {
            _subscriptions.Remove(subscriptionId.Guid);
        }
    }

    private IAttachedSubscription? Find(GuidId subscriptionId)
    {
        lock (_subscriptions)
        {
            return _subscriptions.GetValueOrDefault(subscriptionId.Guid);
        }
    }

    private async Task<StreamHandshakeToken?> AttachAndDeliverAsync(
        GuidId subscriptionId, QualifiedStreamId streamId, IBatchContainer batch, StreamHandshakeToken? handshakeToken)
    {
        if (context.GrainInstance is IStreamSubscriptionObserver observer && runtime.FindProvider(streamId.ProviderName) is { } provider)
        {
            await observer.OnSubscribed(new StreamSubscriptionHandlerFactory(provider, streamId, streamId.ProviderName, subscriptionId));
            if (Find(subscriptionId) is { } subscription)
            {
                return await subscription.DeliverAsync(batch, handshakeToken);
            }
        }

        StreamLog.NobodyAttached(runtime.Logger, context.GrainId, subscriptionId, streamId);
        return null;
    }
}

/// <summary>Makes the handle of a subscription that somebody else made.</summary>
public class StreamSubscriptionHandlerFactory(
    IStreamProvider streamProvider, StreamId streamId, string providerName, GuidId subscriptionId) : IStreamSubscriptionHandleFactory
{
    /// <inheritdoc/>
    public StreamId StreamId { get; } = streamId;

    /// <inheritdoc/>
    public string ProviderName { get; } = providerName;

    /// <inheritdoc/>
    public GuidId SubscriptionId { get; } = subscriptionId;

    /// <inheritdoc/>
    public StreamSubscriptionHandle<T> Create<T>() =>
        new SubscriptionHandle<T>((PersistentStream<T>)streamProvider.GetStream<T>(StreamId), SubscriptionId);
}
