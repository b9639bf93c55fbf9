using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>
/// Local objects that grains call back. Each has an activation without a class of its own, so that its calls, too, come one at a time.
/// The object is not kept alive: when it is gone, calls fail.
/// </summary>
internal sealed class Observers(SiloRuntime silo)
{
    private readonly ConditionalWeakTable<IGrainObserver, Activation> _activations = [];
    private readonly Lazy<GrainTypeContext> _type = new(() => silo.Types.AddSystemClass(typeof(ObserverHolder)));

    internal GrainReference Add(IGrainObserver observer, Type face) => silo.Factory.Reference(_type.Value, face, Activate(observer).Key);

    /// <summary>The object's activation, made on first use.</summary>
    internal Activation Activate(IGrainObserver observer)
    {
        if (!_activations.TryGetValue(observer, out var activation))
        {
            activation = _type.Value.Activations.GetOrAdd(GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid()), out _);
            activation.BecomeObserver(new ObserverTarget(observer));
            _activations.Add(observer, activation);
        }

        return activation;
    }

    /// <summary>Forgets objects that nobody but this holds.</summary>
    internal void RemoveDead()
    {
        if (!_type.IsValueCreated)
        {
            return;
        }

        foreach (var activation in _type.Value.Activations.Where(a => a.GrainInstance is ObserverTarget { IsAlive: false }))
        {
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.RuntimeRequested, "The object was collected."));
        }
    }

    internal void Remove(IGrainObserver observer)
    {
        if (_activations.TryGetValue(observer, out var activation) && _activations.Remove(observer))
        {
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The object reference was deleted."));
        }
    }
}

/// <summary>A local object, held weakly.</summary>
internal sealed class ObserverTarget(IGrainObserver observer)
{
    private readonly WeakReference<IGrainObserver> _observer = new(observer);

    internal bool IsAlive => _observer.TryGetTarget(out _);

    /// <exception cref="OrleansException">The object was collected.</exception>
    internal IGrainObserver Get() => _observer.TryGetTarget(out var observer)
        ? observer
        : throw new OrleansException("The object behind the reference has been collected: keep it alive as long as it is to be called.");
}

/// <summary>Stands in for a class where a call to a deleted object reference would otherwise create a grain.</summary>
[GrainType(GrainTypePrefix.ClientPrefix)]
[KeepAlive]
internal sealed class ObserverHolder : IGrainBase
{
    public ObserverHolder(IGrainContext context) =>
        throw new ClientNotAvailableException(context.GrainId);

    public IGrainContext GrainContext => throw new NotSupportedException();
}
