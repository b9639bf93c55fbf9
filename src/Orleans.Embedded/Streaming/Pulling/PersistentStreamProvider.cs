using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Providers.Streams.Common;

/// <summary>A stream provider over queues: agents read them and deliver to the subscribed grains.</summary>
public class PersistentStreamProvider : IStreamProvider, IControllable, IStreamSubscriptionManagerRetriever, ILifecycleParticipant<ILifecycleObservable>
{
    private readonly StreamPubSubType _kind;
    private readonly StreamLifecycleOptions _lifecycle;
    private IQueueAdapterFactory? _factory;
    private IQueueAdapter? _adapter;
    private PullingAgents? _agents;

    internal PersistentStreamProvider(string name, StreamRuntime runtime, StreamPubSubOptions pubSub, StreamLifecycleOptions lifecycle)
    {
        Name = name;
        Runtime = runtime;
        _kind = pubSub.PubSubType;
        _lifecycle = lifecycle;
        Subscriptions = new StreamSubscriptions(runtime, _kind);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsRewindable => Adapter.IsRewindable;

    internal StreamRuntime Runtime { get; }

    internal StreamSubscriptions Subscriptions { get; }

    /// <exception cref="InvalidOperationException">The provider only reads.</exception>
    internal IQueueAdapter WritingAdapter => Adapter.Direction != StreamProviderDirection.ReadOnly
        ? Adapter
        : throw new InvalidOperationException($"Stream provider {Name} is ReadOnly.");

    private IQueueAdapter Adapter => _adapter
        ?? throw new InvalidOperationException($"Stream provider {Name} is not connected yet: the silo has not reached stage {_lifecycle.InitStage}.");

    /// <summary>Makes the provider from what is registered under its name.</summary>
    public static IStreamProvider Create(IServiceProvider services, string name) => new PersistentStreamProvider(
        name,
        services.GetRequiredService<StreamRuntime>(),
        services.GetRequiredService<IOptionsMonitor<StreamPubSubOptions>>().Get(name),
        services.GetRequiredService<IOptionsMonitor<StreamLifecycleOptions>>().Get(name));

    /// <inheritdoc/>
    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new PersistentStream<T>(this, streamId);

    /// <inheritdoc/>
    public IStreamSubscriptionManager? GetStreamSubscriptionManager() => _kind == StreamPubSubType.ImplicitOnly ? null : Subscriptions;

    /// <summary>Carries out a <see cref="PersistentStreamProviderCommand"/>, or one of the adapter's or its factory's own.</summary>
    /// <exception cref="ArgumentException">The agents have not been made yet.</exception>
    public Task<object?> ExecuteCommand(int command, object? arg) => (PersistentStreamProviderCommand)command switch
    {
        >= PersistentStreamProviderCommand.AdapterCommandStartRange and <= PersistentStreamProviderCommand.AdapterCommandEndRange
            when _adapter is IControllable adapter => adapter.ExecuteCommand(command, arg),
        >= PersistentStreamProviderCommand.AdapterFactoryCommandStartRange and <= PersistentStreamProviderCommand.AdapterFactoryCommandEndRange
            when _factory is IControllable factory => factory.ExecuteCommand(command, arg),
        var known => _agents?.ExecuteAsync(known) ?? throw new ArgumentException($"Stream provider {Name} has no agents yet."),
    };

    /// <inheritdoc/>
    public void Participate(ILifecycleObservable lifecycle)
    {
        var name = $"{nameof(PersistentStreamProvider)} {Name}";
        lifecycle.Subscribe(name, _lifecycle.InitStage, InitializeAsync);
        lifecycle.Subscribe(name, _lifecycle.StartStage, StartAsync, StopAsync);
    }

    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        _factory = Runtime.Services.GetRequiredKeyedService<IQueueAdapterFactory>(Name);
        _adapter = await _factory.CreateAdapter(cancellationToken);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Adapter.Direction is StreamProviderDirection.ReadOnly or StreamProviderDirection.ReadWrite)
        {
            _agents = new PullingAgents(this, _factory!, Adapter);
            Runtime.Add(_agents);
            await _agents.InitializeAsync(isRunning: _lifecycle.StartupState == StreamLifecycleOptions.RunState.AgentsStarted);
        }
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_agents is not null)
        {
            await _agents.CloseAsync().WaitAsync(cancellationToken);
        }
    }
}
