using Orleans.Core;
using Orleans.Storage;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>What grains need from the engine.</summary>
internal sealed class GrainRuntime(SiloRuntime silo) : IGrainRuntime
{
    public string SiloIdentity => silo.Details.SiloAddress.ToString();

    public SiloAddress SiloAddress => silo.Details.SiloAddress;

    public IGrainFactory GrainFactory => silo.Factory;

    public ITimerRegistry TimerRegistry => TimerRegistryOf(silo);

    public IServiceProvider ServiceProvider => silo.Services;

    public TimeProvider TimeProvider => silo.Time;

    public void DeactivateOnIdle(IGrainContext grainContext) => grainContext.Deactivate(
        new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "DeactivateOnIdle was called."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan)
    {
        if (grainContext is not Activation activation)
        {
            throw new NotSupportedException($"{grainContext.GetType()} cannot delay its deactivation.");
        }

        activation.DelayDeactivation(timeSpan);
    }

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext) =>
        GrainStorageHelpers.StateOf<TGrainState>(grainContext);

    private static ITimerRegistry TimerRegistryOf(SiloRuntime silo) =>
        (ITimerRegistry)silo.Services.GetService(typeof(ITimerRegistry))!;
}
