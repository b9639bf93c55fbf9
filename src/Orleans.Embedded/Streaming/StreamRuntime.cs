using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams.Core;

namespace Orleans.Streams;

/// <summary>What the stream providers of a silo have in common.</summary>
internal sealed class StreamRuntime : IStreamSubscriptionManagerAdmin
{
    private readonly ConcurrentDictionary<string, PullingAgents> _agents = new(StringComparer.Ordinal);
    private readonly Lazy<Client> _client;

    public StreamRuntime(SiloRuntime silo, ILoggerFactory loggers, OrleansInstruments instruments)
    {
        Silo = silo;
        Logger = loggers.CreateLogger("Orleans.Streams");
        Implicit = new ImplicitSubscriptions(silo);
        Metrics = new StreamMetrics(instruments, () => _agents.Values);
        _client = new Lazy<Client>(() => new Client(this));
    }

    internal SiloRuntime Silo { get; }

    internal IServiceProvider Services => Silo.Services;

    internal ILogger Logger { get; }

    internal ImplicitSubscriptions Implicit { get; }

    internal StreamMetrics Metrics { get; }

    public IStreamSubscriptionManager GetStreamSubscriptionManager(string managerType) => managerType == StreamSubscriptionManagerType.ExplicitSubscribeOnly
        ? new StreamSubscriptions(this, StreamPubSubType.ExplicitGrainBasedOnly)
        : throw new KeyNotFoundException($"There is no stream subscription manager of the type {managerType}.");

    internal IStreamProvider? FindProvider(string name) => Services.GetKeyedService<IStreamProvider>(name);

    internal PullingAgents? AgentsOf(string provider) => _agents.GetValueOrDefault(provider);

    internal void Add(PullingAgents agents) => _agents[agents.Name] = agents;

    /// <summary>Who subscribes: the grain whose turn runs, or else the code around the silo, which counts as one grain.</summary>
    internal (GrainId Id, StreamConsumerExtension Extension) CurrentConsumer()
    {
        var context = RuntimeContext.Current as Activation ?? _client.Value.Activation;
        return (context.GrainId, (StreamConsumerExtension)context.GetExtension<IStreamConsumerExtension>());
    }

    internal Dictionary<string, object>? ExportRequestContext() =>
        RequestContext.CurrentValues is null ? null : RequestContextExtensions.Export(Services.GetRequiredService<Serialization.DeepCopier>());

    /// <summary>Stands for code that is not a grain.</summary>
    private sealed class Client : IGrainObserver
    {
        internal Client(StreamRuntime runtime) => Activation = runtime.Silo.Observers.Activate(this);

        internal Activation Activation { get; }
    }
}
