using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Runtime.Providers;
using Orleans.Streams.Filtering;

namespace Orleans.Streams;

/// <summary>The agents of a provider: one for each queue that is this silo's.</summary>
internal sealed class PullingAgents : IStreamQueueBalanceListener
{
    private readonly AgentContext _context;
    private readonly IQueueAdapterFactory _factory;
    private readonly IStreamQueueBalancer _balancer;
    private readonly ConcurrentDictionary<QueueId, PullingAgent> _running = new();

    /// <summary>Commands and changes of the queues come one after the other.</summary>
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private StreamLifecycleOptions.RunState _state = StreamLifecycleOptions.RunState.Initialized;
    private bool _isClosed;

    internal PullingAgents(PersistentStreamProvider provider, IQueueAdapterFactory factory, IQueueAdapter adapter)
    {
        var services = provider.Runtime.Services;
        Name = provider.Name;
        _factory = factory;
        _balancer = services.GetKeyedService<IStreamQueueBalancer>(Name) ?? new WholeRingBalancer();
        _context = new AgentContext(
            provider,
            adapter,
            factory.GetQueueAdapterCache(),
            services.GetRequiredService<IOptionsMonitor<StreamPullingAgentOptions>>().Get(Name),
            services.GetKeyedService<IStreamFilter>(Name),
            services.GetKeyedService<IMessageDeliveryBackoffProvider>(Name) as Internal.IBackoffProvider ?? Backoff.ForDelivery,
            services.GetKeyedService<IQueueReaderBackoffProvider>(Name) as Internal.IBackoffProvider ?? Backoff.ForReading);
    }

    internal string Name { get; }

    internal int Count => _running.Count;

    internal IEnumerable<PullingAgent> Running => _running.Values;

    public Task QueueDistributionChangeNotification() => RunAsync(AdjustAsync);

    internal async Task InitializeAsync(bool isRunning)
    {
        _balancer.SubscribeToQueueDistributionChangeEvents(this);
        await _balancer.Initialize(_factory.GetStreamQueueMapper());
        if (isRunning)
        {
            await SetStateAsync(StreamLifecycleOptions.RunState.AgentsStarted);
        }
    }

    /// <summary>Stops the agents for good.</summary>
    internal async Task CloseAsync()
    {
        _balancer.UnSubscribeFromQueueDistributionChangeEvents(this);
        await RunAsync(async () =>
        {
            _isClosed = true;
            _state = StreamLifecycleOptions.RunState.AgentsStopped;
            await AdjustAsync();
            await _balancer.Shutdown();
        });
    }

    internal async Task<object?> ExecuteAsync(PersistentStreamProviderCommand command)
    {
        switch (command)
        {
            case PersistentStreamProviderCommand.StartAgents:
                await SetStateAsync(StreamLifecycleOptions.RunState.AgentsStarted);
                return null;
            case PersistentStreamProviderCommand.StopAgents:
                await SetStateAsync(StreamLifecycleOptions.RunState.AgentsStopped);
                return null;
            case PersistentStreamProviderCommand.GetAgentsState:
                return _state;
            case PersistentStreamProviderCommand.GetNumberRunningAgents:
                return Count;
            default:
                throw new OrleansException($"The agents of stream provider {Name} do not know the command {command}.");
        }
    }

    /// <summary>Tells the agents of a new subscription; those that do not have its stream ignore it.</summary>
    internal void Add(PubSubSubscriptionState subscription)
    {
        foreach (var agent in Running)
        {
            agent.AddSubscription(subscription);
        }
    }

    internal void Remove(GuidId subscriptionId, StreamId stream)
    {
        foreach (var agent in Running)
        {
            agent.RemoveSubscription(subscriptionId, stream);
        }
    }

    private Task SetStateAsync(StreamLifecycleOptions.RunState state) => RunAsync(() =>
    {
        _state = _isClosed ? _state : state;
        return AdjustAsync();
    });

    private Task RunAsync(Func<Task> action)
    {
        lock (_lock)
        {
            return _last = RunAfterAsync(_last, action);
        }

        static async Task RunAfterAsync(Task earlier, Func<Task> action)
        {
            await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            await action();
        }
    }

    private async Task AdjustAsync()
    {
        var wanted = _state == StreamLifecycleOptions.RunState.AgentsStarted ? _balancer.GetMyQueues().ToHashSet() : [];
        await Task.WhenAll(_running.Keys.Where(queue => !wanted.Contains(queue)).Select(StopAsync));
        await Task.WhenAll(wanted.Where(queue => !_running.ContainsKey(queue)).Select(StartAsync));
    }

    private async Task StartAsync(QueueId queue)
    {
        try
        {
            var agent = new PullingAgent(_context, queue, await _factory.GetDeliveryFailureHandler(queue));
            agent.Start();
            _running[queue] = agent;
        }
        catch (Exception exception)
        {
            StreamLog.AgentFailed(_context.Logger, exception, Name, queue);
        }
    }

    private async Task StopAsync(QueueId queue)
    {
        if (_running.TryRemove(queue, out var agent))
        {
            await agent.DisposeAsync();
        }
    }
}

/// <summary>What the agents of a provider have in common.</summary>
internal sealed record AgentContext(
    PersistentStreamProvider Provider,
    IQueueAdapter Adapter,
    IQueueAdapterCache Caches,
    StreamPullingAgentOptions Options,
    IStreamFilter? Filter,
    Internal.IBackoffProvider DeliveryBackoff,
    Internal.IBackoffProvider ReadingBackoff)
{
    internal StreamRuntime Runtime => Provider.Runtime;

    internal TimeProvider Time => Runtime.Silo.Time;

    internal Microsoft.Extensions.Logging.ILogger Logger => Runtime.Logger;
}
