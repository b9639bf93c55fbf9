using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Runtime.Providers;
using Orleans.Storage;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>Configures a stream provider over queues.</summary>
public interface IPersistentStreamConfigurator : INamedServiceConfigurator;

/// <summary>Configures a stream provider over queues in a silo.</summary>
public interface ISiloPersistentStreamConfigurator : IPersistentStreamConfigurator;

/// <summary>Configures a stream provider over queues in a client.</summary>
public interface IClusterClientPersistentStreamConfigurator : IPersistentStreamConfigurator;

/// <summary>Configures a stream provider whose events stay readable for a while.</summary>
public interface ISiloRecoverableStreamConfigurator : ISiloPersistentStreamConfigurator;

/// <summary>Adds a stream provider over queues to a silo.</summary>
public class SiloPersistentStreamConfigurator : NamedServiceConfigurator, ISiloPersistentStreamConfigurator
{
    /// <summary>Adds the provider.</summary>
    public SiloPersistentStreamConfigurator(
        string name, Action<Action<IServiceCollection>> configureDelegate, Func<IServiceProvider, string, IQueueAdapterFactory> adapterFactory)
        : base(name, configureDelegate) =>
        configureDelegate(services => PersistentStreamServices.Add(services, name, adapterFactory));
}

/// <summary>Adds a stream provider whose events stay readable for a while.</summary>
public class SiloRecoverableStreamConfigurator(
    string name, Action<Action<IServiceCollection>> configureDelegate, Func<IServiceProvider, string, IQueueAdapterFactory> adapterFactory)
    : SiloPersistentStreamConfigurator(name, configureDelegate, adapterFactory), ISiloRecoverableStreamConfigurator;

/// <summary>Adds a stream provider over queues to a client, which in a single process is part of the silo.</summary>
public class ClusterClientPersistentStreamConfigurator : NamedServiceConfigurator, IClusterClientPersistentStreamConfigurator
{
    /// <summary>Adds the provider, unless the silo has it already.</summary>
    public ClusterClientPersistentStreamConfigurator(
        string name, IClientBuilder clientBuilder, Func<IServiceProvider, string, IQueueAdapterFactory> adapterFactory)
        : base(name, configureDelegate => clientBuilder.ConfigureServices(configureDelegate)) =>
        ConfigureDelegate(services => PersistentStreamServices.Add(services, name, adapterFactory));
}

/// <summary>Which subscriptions a provider knows.</summary>
public static class PersistentStreamConfiguratorExtensions
{
    /// <summary>Sets the kinds of subscriptions.</summary>
    public static void ConfigureStreamPubSub(
        this IPersistentStreamConfigurator configurator, StreamPubSubType pubsubType = StreamPubSubOptions.DEFAULT_STREAM_PUBSUB_TYPE) =>
        configurator.Configure<StreamPubSubOptions>(builder => builder.Configure(options => options.PubSubType = pubsubType));
}

/// <summary>When a provider of a client begins.</summary>
public static class ClusterClientPersistentStreamConfiguratorExtensions
{
    /// <summary>Sets the stages.</summary>
    public static void ConfigureLifecycle(
        this IClusterClientPersistentStreamConfigurator configurator, Action<OptionsBuilder<StreamLifecycleOptions>> configureOptions) =>
        configurator.Configure(configureOptions);
}

/// <summary>The parts of a provider.</summary>
public static class SiloPersistentStreamConfiguratorExtensions
{
    /// <summary>Sets how agents read and deliver.</summary>
    public static void ConfigurePullingAgent(
        this ISiloPersistentStreamConfigurator configurator, Action<OptionsBuilder<StreamPullingAgentOptions>>? configureOptions = null) =>
        configurator.Configure(configureOptions);

    /// <summary>Sets when the provider begins.</summary>
    public static void ConfigureLifecycle(
        this ISiloPersistentStreamConfigurator configurator, Action<OptionsBuilder<StreamLifecycleOptions>> configureOptions) =>
        configurator.Configure(configureOptions);

    /// <summary>Sets what decides which queues are this silo's.</summary>
    public static void ConfigurePartitionBalancing(
        this ISiloPersistentStreamConfigurator configurator, Func<IServiceProvider, string, IStreamQueueBalancer> factory) =>
        configurator.ConfigureComponent(factory);

    /// <summary>Sets what decides which queues are this silo's, and its options.</summary>
    public static void ConfigurePartitionBalancing<TOptions>(
        this ISiloPersistentStreamConfigurator configurator,
        Func<IServiceProvider, string, IStreamQueueBalancer> factory,
        Action<OptionsBuilder<TOptions>> configureOptions)
        where TOptions : class, new() => configurator.ConfigureComponent(factory, configureOptions);

    /// <summary>Sets the pauses between deliveries of the same event.</summary>
    public static void ConfigureBackoffProvider(
        this ISiloPersistentStreamConfigurator configurator, Func<IServiceProvider, string, IMessageDeliveryBackoffProvider> factory) =>
        configurator.ConfigureComponent(factory);

    /// <summary>Sets the pauses between reads that fail.</summary>
    public static void ConfigureBackoffProvider(
        this ISiloPersistentStreamConfigurator configurator, Func<IServiceProvider, string, IQueueReaderBackoffProvider> factory) =>
        configurator.ConfigureComponent(factory);
}

/// <summary>Refuses a provider with explicit subscriptions and nowhere to store them.</summary>
public class PersistentStreamStorageConfigurationValidator : IConfigurationValidator
{
    private readonly IServiceProvider _services;
    private readonly string _name;

    private PersistentStreamStorageConfigurationValidator(IServiceProvider services, string name)
    {
        _services = services;
        _name = name;
    }

    /// <summary>The validator of a provider.</summary>
    public static IConfigurationValidator Create(IServiceProvider services, string name) =>
        new PersistentStreamStorageConfigurationValidator(services, name);

    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var options = _services.GetRequiredService<IOptionsMonitor<StreamPubSubOptions>>().Get(_name);
        var storage = _services.GetKeyedService<IGrainStorage>(_name)
            ?? _services.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
        if (options.PubSubType != StreamPubSubType.ImplicitOnly && storage is null)
        {
            throw new OrleansConfigurationException(
                $"Stream provider {_name} has explicit subscriptions ({options.PubSubType}), but there is no grain storage to keep them: add one "
                + $"named {ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME} or {_name}, or use ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly).");
        }
    }
}

/// <summary>Registers a provider under its name.</summary>
internal static class PersistentStreamServices
{
    internal static void Add(IServiceCollection services, string name, Func<IServiceProvider, string, IQueueAdapterFactory> adapterFactory)
    {
        services.AddSiloStreaming();
        if (services.Any(it => it.IsKeyedService && it.ServiceType == typeof(IStreamProvider) && Equals(it.ServiceKey, name)))
        {
            return;
        }

        services.AddKeyedSingleton<IStreamProvider>(name, (provider, key) => PersistentStreamProvider.Create(provider, (string)key!));
        services.AddKeyedSingleton(name, (provider, key) => (IControllable)provider.GetRequiredKeyedService<IStreamProvider>(key));
        services.AddKeyedSingleton(name, (provider, key) => adapterFactory(provider, (string)key!));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => new Participant(provider, name));
        services.AddSingleton(provider => PersistentStreamStorageConfigurationValidator.Create(provider, name));
    }

    /// <summary>Lets the provider take part in the silo's start and stop.</summary>
    private sealed class Participant(IServiceProvider services, string name) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) =>
            ((PersistentStreamProvider)services.GetRequiredKeyedService<IStreamProvider>(name)).Participate(lifecycle);
    }
}
