using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Streams;

/// <summary>Holds the explicit subscriptions to one stream.</summary>
internal interface IPubSubRendezvousGrain : IGrainWithStringKey
{
    Task<List<PubSubSubscriptionState>> GetConsumers();

    /// <exception cref="FaultedSubscriptionException">It has ended because of a failure.</exception>
    Task RegisterConsumer(GuidId subscriptionId, QualifiedStreamId streamId, GrainId streamConsumer, string? filterData);

    Task UnregisterConsumer(GuidId subscriptionId, QualifiedStreamId streamId);

    Task FaultSubscription(GuidId subscriptionId);
}

/// <summary>What is stored of a stream's subscriptions.</summary>
[GenerateSerializer]
internal sealed class PubSubGrainState
{
    [Id(1)]
    public HashSet<PubSubSubscriptionState> Consumers { get; set; } = [];
}

/// <summary>
/// Holds the explicit subscriptions to one stream, in the storage that is named like the provider, or else in "PubSubStore". Its key is
/// the stream with its provider.
/// </summary>
[GrainType("pubsubrendezvous")]
internal sealed class PubSubRendezvousGrain : Grain, IPubSubRendezvousGrain
{
    private readonly StreamRuntime _runtime;
    private readonly IStorage<PubSubGrainState> _storage;

    public PubSubRendezvousGrain(IGrainContext context, StreamRuntime runtime)
    {
        _runtime = runtime;
        _storage = new StateStorageBridge<PubSubGrainState>(nameof(PubSubRendezvousGrain), context, StorageFor(context.GrainId, runtime));
    }

    private HashSet<PubSubSubscriptionState> Consumers => _storage.State.Consumers;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => _storage.ReadStateAsync(cancellationToken);

    public Task<List<PubSubSubscriptionState>> GetConsumers() => Task.FromResult(Consumers.Where(it => !it.IsFaulted).ToList());

    public async Task RegisterConsumer(GuidId subscriptionId, QualifiedStreamId streamId, GrainId streamConsumer, string? filterData)
    {
        var known = Find(subscriptionId);
        if (known is { IsFaulted: true })
        {
            throw new FaultedSubscriptionException(subscriptionId, streamId);
        }

        if (known is null)
        {
            known = new PubSubSubscriptionState(subscriptionId, streamId, streamConsumer);
            Consumers.Add(known);
        }

        if (!string.IsNullOrWhiteSpace(filterData))
        {
            known.AddFilter(filterData);
        }

        await WriteAsync();
        _runtime.Metrics.ConsumerAdded(streamId, streamConsumer);
        _runtime.AgentsOf(streamId.ProviderName)?.Add(new PubSubSubscriptionState(subscriptionId, streamId, streamConsumer, filterData, default));
    }

    public async Task UnregisterConsumer(GuidId subscriptionId, QualifiedStreamId streamId)
    {
        var known = Find(subscriptionId);
        if (known is null)
        {
            return;
        }

        Consumers.Remove(known);
        await WriteAsync();
        _runtime.Metrics.ConsumerRemoved(streamId, known.Consumer);
        _runtime.AgentsOf(streamId.ProviderName)?.Remove(subscriptionId, streamId);
    }

    public async Task FaultSubscription(GuidId subscriptionId)
    {
        if (Find(subscriptionId) is { } known)
        {
            known.Fault();
            await WriteAsync();
            _runtime.AgentsOf(known.Stream.ProviderName)?.Remove(subscriptionId, known.Stream);
        }
    }

    private static IGrainStorage StorageFor(GrainId id, StreamRuntime runtime)
    {
        var key = id.Key.AsSpan();
        var provider = Encoding.UTF8.GetString(key[..key.IndexOf((byte)'/')]);
        return runtime.Services.GetKeyedService<IGrainStorage>(provider)
            ?? runtime.Services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
    }

    private PubSubSubscriptionState? Find(GuidId subscriptionId) => Consumers.FirstOrDefault(it => it.SubscriptionId == subscriptionId);

    private async Task WriteAsync()
    {
        try
        {
            await (Consumers.Count == 0 ? _storage.ClearStateAsync() : _storage.WriteStateAsync());
        }
        catch
        {
            // What is in memory is not what is stored: the next activation reads it again.
            DeactivateOnIdle();
            throw;
        }

        if (Consumers.Count == 0)
        {
            DeactivateOnIdle();
        }
    }
}
