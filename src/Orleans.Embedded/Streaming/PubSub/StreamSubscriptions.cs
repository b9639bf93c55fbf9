using Orleans.Runtime;
using Orleans.Streams.Core;

namespace Orleans.Streams;

/// <summary>The subscriptions that a provider knows, of the kinds it is configured for.</summary>
internal sealed class StreamSubscriptions(StreamRuntime runtime, StreamPubSubType kind) : IStreamSubscriptionManager
{
    private bool KnowsImplicit => kind != StreamPubSubType.ExplicitGrainBasedOnly;

    private bool KnowsExplicit => kind != StreamPubSubType.ImplicitOnly;

    /// <summary>All subscriptions to a stream.</summary>
    internal async ValueTask<ISet<PubSubSubscriptionState>> OfAsync(QualifiedStreamId stream)
    {
        var found = KnowsImplicit ? runtime.Implicit.Of(stream) : new HashSet<PubSubSubscriptionState>();
        if (KnowsExplicit)
        {
            found.UnionWith(await RendezvousOf(stream).GetConsumers());
        }

        return found;
    }

    internal async Task<List<StreamSubscription>> GetAllAsync(QualifiedStreamId stream, GrainId consumer)
    {
        if (!consumer.IsDefault && ImplicitId(stream, consumer) is not null)
        {
            return [.. runtime.Implicit.AllOf(stream, consumer)];
        }

        var found = KnowsImplicit && consumer.IsDefault ? runtime.Implicit.AllOf(stream, default).ToList() : [];
        if (KnowsExplicit)
        {
            found.AddRange((await RendezvousOf(stream).GetConsumers())
                .Where(it => consumer.IsDefault || it.Consumer == consumer)
                .Select(it => new StreamSubscription(it.SubscriptionId.Guid, stream.ProviderName, stream, it.Consumer)));
        }

        return found;
    }

    /// <summary>The identity of a subscription to be made; a declared one is always the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The provider knows declared subscriptions only, and the grain's class declares none.</exception>
    internal GuidId NewId(QualifiedStreamId stream, GrainId consumer) =>
        ImplicitId(stream, consumer) ?? (KnowsExplicit ? SubscriptionMarker.NewExplicit() : throw NotSupported(stream));

    internal Task AddAsync(QualifiedStreamId stream, GuidId subscriptionId, GrainId consumer, string? filterData) =>
        SubscriptionMarker.IsImplicit(subscriptionId)
            ? Task.CompletedTask
            : RendezvousOf(stream).RegisterConsumer(subscriptionId, stream, consumer, filterData);

    internal Task RemoveAsync(QualifiedStreamId stream, GuidId subscriptionId) => SubscriptionMarker.IsImplicit(subscriptionId)
        ? Task.CompletedTask
        : KnowsExplicit ? RendezvousOf(stream).UnregisterConsumer(subscriptionId, stream) : throw NotSupported(stream);

    internal Task FaultAsync(QualifiedStreamId stream, GuidId subscriptionId) => SubscriptionMarker.IsImplicit(subscriptionId)
        ? Task.CompletedTask
        : RendezvousOf(stream).FaultSubscription(subscriptionId);

    async Task<StreamSubscription> IStreamSubscriptionManager.AddSubscription(string streamProviderName, StreamId streamId, GrainReference grainRef)
    {
        var stream = new QualifiedStreamId(streamProviderName, streamId);
        var id = NewId(stream, grainRef.GrainId);
        await AddAsync(stream, id, grainRef.GrainId, null);
        return new StreamSubscription(id.Guid, streamProviderName, streamId, grainRef.GrainId);
    }

    Task IStreamSubscriptionManager.RemoveSubscription(string streamProviderName, StreamId streamId, Guid subscriptionId) =>
        RemoveAsync(new QualifiedStreamId(streamProviderName, streamId), GuidId.GetGuidId(subscriptionId));

    async Task<IEnumerable<StreamSubscription>> IStreamSubscriptionManager.GetSubscriptions(string streamProviderName, StreamId streamId) =>
        await GetAllAsync(new QualifiedStreamId(streamProviderName, streamId), default);

    private static ArgumentOutOfRangeException NotSupported(QualifiedStreamId stream) => new(
        nameof(stream),
        stream.ToString(),
        $"The stream provider '{stream.ProviderName}' is configured with StreamPubSubType.ImplicitOnly, which does not support explicit "
        + "subscriptions. Configure it with StreamPubSubType.ExplicitGrainBasedAndImplicit or ExplicitGrainBasedOnly using ConfigureStreamPubSub.");

    private GuidId? ImplicitId(QualifiedStreamId stream, GrainId consumer) => KnowsImplicit ? runtime.Implicit.IdFor(stream, consumer) : null;

    private IPubSubRendezvousGrain RendezvousOf(QualifiedStreamId stream) =>
        runtime.Silo.Factory.GetGrain<IPubSubRendezvousGrain>(stream.ToString());
}
