using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans
{
    /// <summary>Streams in a grain.</summary>
    public static class GrainStreamingExtensions
    {
        /// <summary>A stream provider by its name.</summary>
        /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
        public static IStreamProvider GetStreamProvider(this Grain grain, string name) => GetStreamProvider((IGrainBase)grain, name);

        /// <summary>A stream provider by its name.</summary>
        /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name) =>
            StreamProviderLookup.Find((grain.GrainContext as Activation)?.Silo.Services ?? grain.GrainContext.ActivationServices, name);
    }

    /// <summary>Streams outside of grains.</summary>
    public static class ClientStreamingExtensions
    {
        /// <summary>A stream provider by its name.</summary>
        /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name) =>
            StreamProviderLookup.Find(client.ServiceProvider, name);
    }

    internal static class StreamProviderLookup
    {
        /// <summary>Providers are the silo's, so that an activation needs no scope of its own to find one.</summary>
        internal static IStreamProvider Find(IServiceProvider services, string name)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                throw new ArgumentNullException(nameof(name));
            }

            return services.GetKeyedService<IStreamProvider>(name) ?? throw new KeyNotFoundException($"Stream provider '{name}' not found");
        }
    }
}

namespace Orleans.Streams.PubSub
{
    /// <summary>Subscribing grains on their behalf.</summary>
    public static class StreamSubscriptionManagerExtensions
    {
        /// <summary>The provider's subscription manager; false if it knows implicit subscriptions only.</summary>
        public static bool TryGetStreamSubscriptionManager(this IStreamProvider streamProvider, out IStreamSubscriptionManager? manager)
        {
            manager = (streamProvider as IStreamSubscriptionManagerRetriever)?.GetStreamSubscriptionManager();
            return manager is not null;
        }

        /// <summary>Subscribes a grain.</summary>
        public static Task<StreamSubscription> AddSubscription<TGrainInterface>(
            this IStreamSubscriptionManager manager,
            IGrainFactory grainFactory,
            StreamId streamId,
            string streamProviderName,
            Guid primaryKey,
            string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithGuidKey => manager.AddSubscription(
            streamProviderName, streamId, (GrainReference)(object)grainFactory.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix));

        /// <summary>Subscribes a grain.</summary>
        public static Task<StreamSubscription> AddSubscription<TGrainInterface>(
            this IStreamSubscriptionManager manager,
            IGrainFactory grainFactory,
            StreamId streamId,
            string streamProviderName,
            string primaryKey,
            string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey => manager.AddSubscription(
            streamProviderName, streamId, (GrainReference)(object)grainFactory.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix));
    }
}

namespace Orleans.Streams
{
    /// <summary>Grains that are implicitly subscribed.</summary>
    public static class ImplicitConsumerGrainExtensions
    {
        /// <summary>The stream that a grain is subscribed to, by its key.</summary>
        public static StreamIdentity GetImplicitStreamIdentity(this IGrainWithGuidCompoundKey grain)
        {
            var key = grain.GetPrimaryKey(out var ns);
            return new StreamIdentity(key, ns);
        }
    }
}
