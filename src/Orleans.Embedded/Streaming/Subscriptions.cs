using Orleans.Runtime;

namespace Orleans.Streams.Core;

/// <summary>
/// A grain that attaches to subscriptions which somebody else made: implicit ones, or those of <see cref="IStreamSubscriptionManager"/>.
/// </summary>
public interface IStreamSubscriptionObserver
{
    /// <summary>
    /// The first event of a subscription has come, or the first since the activation began. Make a handle with the factory and resume
    /// it; otherwise the event is dropped.
    /// </summary>
    Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
}

/// <summary>Makes the handle of a subscription.</summary>
public interface IStreamSubscriptionHandleFactory
{
    /// <summary>The stream within the provider.</summary>
    StreamId StreamId { get; }

    /// <summary>The provider.</summary>
    string ProviderName { get; }

    /// <summary>The subscription.</summary>
    GuidId SubscriptionId { get; }

    /// <summary>Makes the handle.</summary>
    /// <typeparam name="T">The stream's events.</typeparam>
    StreamSubscriptionHandle<T> Create<T>();
}

/// <summary>Subscribes grains on their behalf. They attach by <see cref="IStreamSubscriptionObserver"/>.</summary>
public interface IStreamSubscriptionManager
{
    /// <summary>Subscribes a grain.</summary>
    Task<StreamSubscription> AddSubscription(string streamProviderName, StreamId streamId, GrainReference grainRef);

    /// <summary>Ends a subscription.</summary>
    Task RemoveSubscription(string streamProviderName, StreamId streamId, Guid subscriptionId);

    /// <summary>All subscriptions to a stream.</summary>
    Task<IEnumerable<StreamSubscription>> GetSubscriptions(string streamProviderName, StreamId streamId);
}

/// <summary>Finds subscription managers.</summary>
public interface IStreamSubscriptionManagerAdmin
{
    /// <summary>A manager of a kind, see <see cref="StreamSubscriptionManagerType"/>.</summary>
    IStreamSubscriptionManager GetStreamSubscriptionManager(string managerType);
}

/// <summary>A provider that may have a subscription manager.</summary>
public interface IStreamSubscriptionManagerRetriever
{
    /// <summary>The manager; null if the provider knows implicit subscriptions only.</summary>
    IStreamSubscriptionManager? GetStreamSubscriptionManager();
}

/// <summary>Kinds of subscription managers.</summary>
public static class StreamSubscriptionManagerType
{
    /// <summary>Explicit subscriptions.</summary>
    public const string ExplicitSubscribeOnly = "ExplicitSubscribeOnly";
}

/// <summary>A subscription of a grain to a stream.</summary>
[GenerateSerializer]
[Immutable]
public sealed class StreamSubscription(Guid subscriptionId, string streamProviderName, StreamId streamId, GrainId grainId)
{
    /// <summary>The subscription.</summary>
    [Id(0)]
    public Guid SubscriptionId { get; } = subscriptionId;

    /// <summary>The provider.</summary>
    [Id(1)]
    public string StreamProviderName { get; } = streamProviderName;

    /// <summary>The stream within the provider.</summary>
    [Id(2)]
    public StreamId StreamId { get; } = streamId;

    /// <summary>The subscribed grain.</summary>
    [Id(3)]
    public GrainId GrainId { get; } = grainId;
}
