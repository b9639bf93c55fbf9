using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>An activation: the grain object, its identity, its services and its scheduler.</summary>
public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
{
    /// <summary>A reference to the grain.</summary>
    GrainReference GrainReference { get; }

    /// <summary>The grain's identity.</summary>
    GrainId GrainId { get; }

    /// <summary>The grain object; null before it is created and after it is gone.</summary>
    object? GrainInstance { get; }

    /// <summary>The identity of this incarnation.</summary>
    ActivationId ActivationId { get; }

    /// <summary>Where it lives.</summary>
    GrainAddress Address { get; }

    /// <summary>Services scoped to the activation.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Stages of activation and deactivation, for components.</summary>
    IGrainLifecycle ObservableLifecycle { get; }

    /// <summary>Runs work one piece at a time with the grain's turns.</summary>
    IWorkItemScheduler Scheduler { get; }

    /// <summary>Completes when deactivation is finished.</summary>
    Task Deactivated { get; }

    /// <summary>Attaches, or with null removes, a component.</summary>
    void SetComponent<TComponent>(TComponent? value)
        where TComponent : class;

    /// <summary>Hands over a request.</summary>
    void ReceiveMessage(object message);

    /// <summary>Starts activation if it has not begun.</summary>
    void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default);

    /// <summary>Starts deactivation: the running requests finish, waiting ones go to the next activation.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);

    /// <summary>Takes over the state of a former activation.</summary>
    void Rehydrate(IRehydrationContext context);

    /// <summary>Asks to move elsewhere; in a single process it deactivates.</summary>
    void Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default);
}

/// <summary>Finds the activation whose turn is running.</summary>
public interface IGrainContextAccessor
{
    /// <summary>The activation, or null outside of grains.</summary>
    IGrainContext GrainContext { get; }
}

/// <summary>Runs work one piece at a time.</summary>
public interface IWorkItemScheduler
{
    /// <summary>Queues an action.</summary>
    void QueueAction(Action action);

    /// <summary>Queues an action with its argument.</summary>
    void QueueAction(Action<object> action, object state);

    /// <summary>Queues a task that has not started.</summary>
    void QueueTask(Task task);
}

/// <summary>Finds and attaches extensions of an activation.</summary>
public interface IGrainExtensionBinder
{
    /// <summary>The extension, created if it is registered.</summary>
    /// <exception cref="GrainExtensionNotInstalledException">There is none.</exception>
    TExtensionInterface GetExtension<TExtensionInterface>()
        where TExtensionInterface : class, IGrainExtension;

    /// <summary>The extension, created by the function if there is none yet, and a reference to it.</summary>
    (TExtension Extension, TExtensionInterface ExtensionReference) GetOrSetExtension<TExtension, TExtensionInterface>(
        Func<TExtension> newExtensionFunc)
        where TExtension : class, TExtensionInterface
        where TExtensionInterface : class, IGrainExtension;
}

/// <summary>What a grain needs from the engine.</summary>
public interface IGrainRuntime
{
    /// <summary>Identity of the silo as text.</summary>
    string SiloIdentity { get; }

    /// <summary>Address of the silo.</summary>
    SiloAddress SiloAddress { get; }

    /// <summary>Makes references.</summary>
    IGrainFactory GrainFactory { get; }

    /// <summary>Registers timers.</summary>
    Timers.ITimerRegistry TimerRegistry { get; }

    /// <summary>Services of the silo.</summary>
    IServiceProvider ServiceProvider { get; }

    /// <summary>The clock.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>Deactivates after the running requests.</summary>
    void DeactivateOnIdle(IGrainContext grainContext);

    /// <summary>Keeps an idle activation for at least so long.</summary>
    void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan);

    /// <summary>The state of a <see cref="Grain{TGrainState}"/>.</summary>
    Core.IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext);
}

/// <summary>Receives state of an activation that moves.</summary>
public interface IDehydrationContext
{
    /// <summary>Keys added so far.</summary>
    IEnumerable<string> Keys { get; }

    /// <summary>Adds bytes.</summary>
    void AddBytes(string key, ReadOnlySpan<byte> value);

    /// <summary>Adds bytes written by a delegate.</summary>
    void AddBytes<T>(string key, Action<T, System.Buffers.IBufferWriter<byte>> valueWriter, T value);

    /// <summary>Adds a value if it can be copied.</summary>
    bool TryAddValue<T>(string key, T? value);
}

/// <summary>Gives state of an activation that moved here.</summary>
public interface IRehydrationContext
{
    /// <summary>Available keys.</summary>
    IEnumerable<string> Keys { get; }

    /// <summary>Reads bytes.</summary>
    bool TryGetBytes(string key, out System.Buffers.ReadOnlySequence<byte> value);

    /// <summary>Reads a value.</summary>
    bool TryGetValue<T>(string key, out T? value);
}

/// <summary>A component whose state moves with its activation.</summary>
public interface IGrainMigrationParticipant
{
    /// <summary>Writes the state.</summary>
    void OnDehydrate(IDehydrationContext dehydrationContext);

    /// <summary>Reads the state.</summary>
    void OnRehydrate(IRehydrationContext rehydrationContext);
}
