using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Streams.Filtering;

namespace Orleans.Hosting;

/// <summary>Streams of a silo.</summary>
public static class SiloBuilderStreamingExtensions
{
    /// <summary>Adds what all stream providers need; adding a provider does so, too.</summary>
    public static ISiloBuilder AddStreaming(this ISiloBuilder builder) => builder.ConfigureServices(services => services.AddSiloStreaming());

    /// <summary>Adds a stream provider over queues.</summary>
    public static ISiloBuilder AddPersistentStreams(
        this ISiloBuilder builder,
        string name,
        Func<IServiceProvider, string, IQueueAdapterFactory> adapterFactory,
        Action<ISiloPersistentStreamConfigurator> configureStream)
    {
        var configurator = new SiloPersistentStreamConfigurator(name, configure => builder.ConfigureServices(configure), adapterFactory);
        configureStream?.Invoke(configurator);
        return builder;
    }

    /// <summary>Adds a filter to a provider.</summary>
    public static ISiloBuilder AddStreamFilter<T>(this ISiloBuilder builder, string name)
        where T : class, IStreamFilter => builder.ConfigureServices(services => services.AddStreamFilter<T>(name));

    /// <summary>Adds a filter to a provider.</summary>
    public static IClientBuilder AddStreamFilter<T>(this IClientBuilder builder, string name)
        where T : class, IStreamFilter => builder.ConfigureServices(services => services.AddStreamFilter<T>(name));
}

/// <summary>Streams of a client, which in a single process is part of the silo.</summary>
public static class ClientBuilderStreamingExtensions
{
    /// <summary>Adds what all stream providers need; adding a provider does so, too.</summary>
    public static IClientBuilder AddStreaming(this IClientBuilder builder) => builder.ConfigureServices(services => services.AddClientStreaming());

    /// <summary>Adds streams whose queues are in memory.</summary>
    public static IClientBuilder AddMemoryStreams(
        this IClientBuilder builder, string name, Action<IClusterClientMemoryStreamConfigurator>? configure = null)
    {
        configure ??= static _ => { };
        configure(new ClientMemoryStreamConfigurator(name, builder));
        return builder;
    }

    /// <summary>Adds a stream provider over queues.</summary>
    public static IClientBuilder AddPersistentStreams(
        this IClientBuilder builder,
        string name,
        Func<IServiceProvider, string, IQueueAdapterFactory> adapterFactory,
        Action<IClusterClientPersistentStreamConfigurator>? configureStream)
    {
        var configurator = new ClusterClientPersistentStreamConfigurator(name, builder, adapterFactory);
        configureStream?.Invoke(configurator);
        return builder;
    }
}

/// <summary>Streams as services.</summary>
public static class StreamingServiceCollectionExtensions
{
    /// <summary>Adds what all stream providers need.</summary>
    public static void AddSiloStreaming(this IServiceCollection services)
    {
        if (services.Any(it => it.ServiceType == typeof(StreamRuntime)))
        {
            return;
        }

        services.AddSingleton<StreamRuntime>();
        services.AddSingleton<IStreamSubscriptionManagerAdmin>(provider => provider.GetRequiredService<StreamRuntime>());
        services.AddSingleton<IStreamNamespacePredicateProvider, DefaultStreamNamespacePredicateProvider>();
        services.AddSingleton<IStreamNamespacePredicateProvider, ConstructorStreamNamespacePredicateProvider>();
        services.AddKeyedSingleton<IStreamIdMapper, DefaultStreamIdMapper>(DefaultStreamIdMapper.Name);
    }

    /// <summary>Adds what all stream providers need.</summary>
    public static void AddClientStreaming(this IServiceCollection services) => services.AddSiloStreaming();

    /// <summary>Adds a filter to a provider.</summary>
    public static IServiceCollection AddStreamFilter<T>(this IServiceCollection services, string name)
        where T : class, IStreamFilter => services.AddKeyedSingleton<IStreamFilter, T>(name);
}
