using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>Configures streams whose queues are in memory.</summary>
public interface IMemoryStreamConfigurator : INamedServiceConfigurator;

/// <summary>Configures streams whose queues are in memory, in a silo.</summary>
public interface ISiloMemoryStreamConfigurator : IMemoryStreamConfigurator, ISiloRecoverableStreamConfigurator;

/// <summary>Configures streams whose queues are in memory, in a client.</summary>
public interface IClusterClientMemoryStreamConfigurator : IMemoryStreamConfigurator, IClusterClientPersistentStreamConfigurator;

/// <summary>The queues of streams in memory.</summary>
public static class MemoryStreamConfiguratorExtensions
{
    /// <summary>Sets the number of queues.</summary>
    public static void ConfigurePartitioning(
        this IMemoryStreamConfigurator configurator, int numOfQueues = HashRingStreamQueueMapperOptions.DEFAULT_NUM_QUEUES) =>
        configurator.Configure<HashRingStreamQueueMapperOptions>(builder => builder.Configure(options => options.TotalQueueCount = numOfQueues));
}

/// <summary>Streams whose queues are in memory: for tests, and for events that may be lost.</summary>
public static class SiloBuilderMemoryStreamExtensions
{
    /// <summary>Adds streams whose queues are in memory. The last events of each queue can be rewound to.</summary>
    public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
    {
        var configurator = new SiloMemoryStreamConfigurator(name, services => builder.ConfigureServices(services));
        configure?.Invoke(configurator);
        return builder;
    }
}

internal sealed class SiloMemoryStreamConfigurator(string name, Action<Action<IServiceCollection>> configureServices)
    : SiloRecoverableStreamConfigurator(name, configureServices, MemoryQueueAdapter.CreateFactory), ISiloMemoryStreamConfigurator;

internal sealed class ClientMemoryStreamConfigurator(string name, IClientBuilder builder)
    : ClusterClientPersistentStreamConfigurator(name, builder, MemoryQueueAdapter.CreateFactory), IClusterClientMemoryStreamConfigurator;
