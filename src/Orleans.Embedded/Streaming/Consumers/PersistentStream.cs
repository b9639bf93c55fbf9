using Orleans.Providers.Streams.Common;
using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>A stream of a persistent provider: cheap to make, it holds nothing.</summary>
/// <typeparam name="T">Its events.</typeparam>
internal sealed class PersistentStream<T>(PersistentStreamProvider provider, StreamId streamId) : IAsyncStream<T>
{
    public bool IsRewindable => provider.IsRewindable;

    public string ProviderName => provider.Name;

    public StreamId StreamId => streamId;

    private QualifiedStreamId QualifiedId => new(provider.Name, streamId);

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => OnNextBatchAsync([item], token);

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null) =>
        provider.WritingAdapter.QueueMessageBatchAsync(streamId, batch, token, provider.Runtime.ExportRequestContext());

    public Task OnCompletedAsync() => throw new NotImplementedException("A persistent stream cannot be completed by its producer.");

    public Task OnErrorAsync(Exception ex) => throw new NotImplementedException("A persistent stream cannot be failed by its producer.");

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null) =>
        SubscribeAsync(token, filterData, observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token) =>
        SubscribeAsync(token, null, null, observer);

    public async Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        var (consumer, _) = provider.Runtime.CurrentConsumer();
        var subscriptions = await provider.Subscriptions.GetAllAsync(QualifiedId, consumer);
        return [.. subscriptions.Select(it => new SubscriptionHandle<T>(this, GuidId.GetGuidId(it.SubscriptionId)))];
    }

    public int CompareTo(IAsyncStream<T>? other) => other is PersistentStream<T> stream ? QualifiedId.CompareTo(stream.QualifiedId) : 1;

    public bool Equals(IAsyncStream<T>? other) => other is PersistentStream<T> stream && QualifiedId == stream.QualifiedId;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => QualifiedId.GetHashCode();

    public override string ToString() => QualifiedId.ToString();

    internal StreamSubscriptionHandle<T> Attach(
        GuidId subscriptionId, StreamSequenceToken? token, IAsyncObserver<T>? single, IAsyncBatchObserver<T>? several)
    {
        Validate(token, single ?? (object?)several);
        var (_, extension) = provider.Runtime.CurrentConsumer();
        extension.Attach(new AttachedSubscription<T>(subscriptionId, IsRewindable, token, single, several));
        return new SubscriptionHandle<T>(this, subscriptionId);
    }

    internal Task UnsubscribeAsync(GuidId subscriptionId)
    {
        // Also when it is not attached here: a grain may end a subscription that an earlier activation made.
        var (_, extension) = provider.Runtime.CurrentConsumer();
        extension.Detach(subscriptionId);
        return provider.Subscriptions.RemoveAsync(QualifiedId, subscriptionId);
    }

    private async Task<StreamSubscriptionHandle<T>> SubscribeAsync(
        StreamSequenceToken? token, string? filterData, IAsyncObserver<T>? single, IAsyncBatchObserver<T>? several)
    {
        Validate(token, single ?? (object?)several);
        var (consumer, extension) = provider.Runtime.CurrentConsumer();
        var subscriptionId = provider.Subscriptions.NewId(QualifiedId, consumer);

        // Attached first: events may come before the registration has been answered.
        extension.Attach(new AttachedSubscription<T>(subscriptionId, IsRewindable, token, single, several));
        try
        {
            await provider.Subscriptions.AddAsync(QualifiedId, subscriptionId, consumer, filterData);
        }
        catch
        {
            extension.Detach(subscriptionId);
            throw;
        }

        return new SubscriptionHandle<T>(this, subscriptionId);
    }

    private void Validate(StreamSequenceToken? token, object? observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (token is not null && !IsRewindable)
        {
            throw new ArgumentNullException(nameof(token), $"Stream provider {ProviderName} is not rewindable: subscribe without a token.");
        }

        if (observer is GrainReference)
        {
            throw new ArgumentException("A grain cannot be subscribed by passing its reference: pass a local object.", nameof(observer));
        }
    }
}

/// <summary>A consumer's hold on its subscription.</summary>
/// <typeparam name="T">The events.</typeparam>
[Immutable]
internal sealed class SubscriptionHandle<T>(PersistentStream<T> stream, GuidId subscriptionId) : StreamSubscriptionHandle<T>
{
    private bool _isInvalid;

    public override StreamId StreamId => stream.StreamId;

    public override string ProviderName => stream.ProviderName;

    public override Guid HandleId => subscriptionId.Guid;

    public override async Task UnsubscribeAsync()
    {
        ThrowIfInvalid();
        await stream.UnsubscribeAsync(subscriptionId);
        _isInvalid = true;
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null) =>
        ResumeAsync(token, observer, null);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null) =>
        ResumeAsync(token, null, observer);

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is SubscriptionHandle<T> handle && HandleId == handle.HandleId;

    public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

    public override int GetHashCode() => subscriptionId.GetHashCode();

    public override string ToString() => $"{stream}, subscription {subscriptionId}";

    private Task<StreamSubscriptionHandle<T>> ResumeAsync(StreamSequenceToken? token, IAsyncObserver<T>? single, IAsyncBatchObserver<T>? several)
    {
        ThrowIfInvalid();
        var resumed = stream.Attach(subscriptionId, token, single, several);
        _isInvalid = true;
        return Task.FromResult(resumed);
    }

    private void ThrowIfInvalid()
    {
        if (_isInvalid)
        {
            throw new InvalidOperationException("Handle is no longer valid. It has been used to unsubscribe or resume.");
        }
    }
}
