using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Streams;

namespace Orleans.Runtime;

/// <summary>
/// One incarnation of a grain. It is its own scheduler, queue and entry in the table of its class, because millions of them may be idle
/// in memory: whatever most of them never need — lifecycle, services, timers, components — is made on first use.
/// </summary>
internal sealed partial class Activation : TurnScheduler, IGrainContext, IWorkItemScheduler, ICallChainReentrantGrainContext, IGrainExtensionBinder
{
    private readonly GrainTypeContext _type;
    private object? _instance;
    private GrainReference? _reference;
    private ActivationParts? _parts;
    private long _idleSince;
    private ActivationState _state;
    private bool _wasValid;

    internal Activation(GrainTypeContext type, IdSpan key)
    {
        _type = type;
        Key = key;
        _idleSince = type.Silo.Clock.Now;
    }

    /// <summary>The next activation in the same bucket of the table.</summary>
    internal Activation? NextInBucket { get; set; }

    internal IdSpan Key { get; }

    internal GrainTypeContext Type => _type;

    internal SiloRuntime Silo => _type.Silo;

    /// <summary>Whether requests still go to it; it may be starting or ending.</summary>
    internal bool IsAlive => _state != ActivationState.Invalid;

    internal bool IsValid => _state == ActivationState.Valid;

    public GrainId GrainId => new(_type.GrainType, Key);

    public object? GrainInstance => _instance;

    public ActivationId ActivationId => Parts.Id;

    public GrainAddress Address => new() { GrainId = GrainId, ActivationId = ActivationId, SiloAddress = Silo.Details.SiloAddress };

    public GrainReference GrainReference => _reference ??= Silo.Factory.CreateUntyped(_type, Key);

    public IServiceProvider ActivationServices => Parts.Services ??= CreateServices();

    public IGrainLifecycle ObservableLifecycle => Parts.Lifecycle ??= new GrainLifecycle(this);

    public IWorkItemScheduler Scheduler => this;

    public Task Deactivated => Parts.Deactivated.Task;

    protected override TimeSpan Quantum => _type.Silo.SchedulingQuantum;

    protected override bool IsCurrent => ReferenceEquals(RuntimeContext.Current, this);

    internal ActivationParts Parts
    {
        get
        {
            if (_parts is null)
            {
                Interlocked.CompareExchange(ref _parts, new ActivationParts(), null);
            }

            return _parts;
        }
    }

    public object? GetTarget() => _instance is ObserverTarget observer ? observer.Get() : _instance;

    public object? GetComponent(Type componentType)
    {
        if (componentType.IsInstanceOfType(_instance))
        {
            return _instance;
        }

        lock (Parts)
        {
            if (Parts.Components?.TryGetValue(componentType, out var known) == true)
            {
                return known;
            }
        }

        if (componentType == typeof(ICallChainReentrantGrainContext) || componentType == typeof(IGrainExtensionBinder)
            || componentType == typeof(IGrainContext))
        {
            return this;
        }

        return typeof(IGrainExtension).IsAssignableFrom(componentType) ? CreateExtension(componentType) : null;
    }

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class
    {
        lock (Parts)
        {
            var components = Parts.Components ??= [];
            if (value is null)
            {
                components.Remove(typeof(TComponent));
            }
            else
            {
                components[typeof(TComponent)] = value;
            }
        }
    }

    public TExtensionInterface GetExtension<TExtensionInterface>()
        where TExtensionInterface : class, IGrainExtension =>
        (TExtensionInterface?)GetComponent(typeof(TExtensionInterface)) ?? throw NoExtension(typeof(TExtensionInterface));

    public (TExtension Extension, TExtensionInterface ExtensionReference) GetOrSetExtension<TExtension, TExtensionInterface>(
        Func<TExtension> newExtensionFunc)
        where TExtension : class, TExtensionInterface
        where TExtensionInterface : class, IGrainExtension
    {
        if (GetComponent(typeof(TExtensionInterface)) is not TExtension extension)
        {
            extension = newExtensionFunc();
            SetComponent<TExtensionInterface>(extension);
        }

        return (extension, GrainReference.Cast<TExtensionInterface>());
    }

    public void ReceiveMessage(object message) => Silo.Calls.Deliver((RequestBase)message, this);

    public void Rehydrate(IRehydrationContext context)
    {
        // There is no other silo that state could come from.
    }

    public void Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) => Deactivate(
        new DeactivationReason(DeactivationReasonCode.Migrating, "Migration was requested; a single process has nowhere else to go."),
        cancellationToken);

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override string ToString() => $"[Activation {GrainId} {_state}]";

    void IWorkItemScheduler.QueueAction(Action action) => Start(new Task(action));

    void IWorkItemScheduler.QueueAction(Action<object> action, object state) => Start(new Task(action!, state));

    void IWorkItemScheduler.QueueTask(Task task) => Start(task);

    /// <summary>Makes a fresh activation stand for a local object.</summary>
    internal void BecomeObserver(ObserverTarget target)
    {
        _instance = target;
        _state = ActivationState.Valid;
        Release();
    }

    internal void AddTimer(IGrainTimer timer)
    {
        lock (Parts)
        {
            (Parts.Timers ??= []).Add(timer);
        }
    }

    internal void RemoveTimer(IGrainTimer timer)
    {
        lock (Parts)
        {
            Parts.Timers?.Remove(timer);
        }
    }

    internal GrainExtensionNotInstalledException NoExtension(Type extension) => new(
        $"{GrainId} has no extension {extension}. Register it with siloBuilder.AddGrainExtension<{extension.Name}, ...>().");

    private void Start(Task task) => task.Start(this);

    private IServiceProvider CreateServices()
    {
        var scope = Silo.Services.CreateAsyncScope();
        Parts.Scope = scope;
        return scope.ServiceProvider;
    }

    private object CreateExtension(Type face)
    {
        // The engine's own extensions need no services of the activation, which would cost it a scope.
        object? extension = face == typeof(IGrainManagementExtension) ? new GrainManagementExtension(this)
            : face == typeof(IStreamConsumerExtension) && Silo.Services.GetService<StreamRuntime>() is { } streams
                ? new StreamConsumerExtension(streams, this)
            : face == typeof(IAsyncEnumerableGrainExtension) ? new AsyncEnumerableGrainExtension(this)
            : ActivationServices.GetKeyedService<IGrainExtension>(face);
        if (extension is null)
        {
            throw NoExtension(face);
        }

        lock (Parts)
        {
            (Parts.Components ??= [])[face] = extension;
        }

        return extension;
    }
}

/// <summary>What only some activations need.</summary>
internal sealed class ActivationParts
{
    internal ActivationId Id { get; } = ActivationId.NewId();

    internal IServiceProvider? Services { get; set; }

    internal AsyncServiceScope? Scope { get; set; }

    internal GrainLifecycle? Lifecycle { get; set; }

    internal HashSet<IGrainTimer>? Timers { get; set; }

    internal Dictionary<Type, object>? Components { get; set; }

    /// <summary>Call chains that may re-enter, with how many sections let them.</summary>
    internal Dictionary<Guid, int>? ReentrantSections { get; set; }

    /// <summary>Not collected before, as a timestamp of the coarse clock.</summary>
    internal long KeepAliveUntil { get; set; }

    internal DeactivationReason Reason { get; set; }

    internal TaskCompletionSource Deactivated { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal enum ActivationState : byte
{
    /// <summary>Being constructed, loading state or in OnActivateAsync: requests wait.</summary>
    Activating,

    /// <summary>Serving requests.</summary>
    Valid,

    /// <summary>Ending: the running requests finish, others wait for the next activation.</summary>
    Deactivating,

    /// <summary>Gone.</summary>
    Invalid,
}

/// <summary>Management of one grain by calls to it.</summary>
internal sealed class GrainManagementExtension(Activation activation) : IGrainManagementExtension
{
    public ValueTask DeactivateOnIdle()
    {
        activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "DeactivateOnIdle was called."));
        return default;
    }

    public ValueTask MigrateOnIdle()
    {
        activation.Migrate(RequestContext.CurrentValues);
        return default;
    }
}
