using System.Diagnostics.Metrics;

namespace Orleans.Runtime;

/// <summary>The meter of the runtime, <c>Microsoft.Orleans</c>.</summary>
public class OrleansInstruments(IMeterFactory meterFactory)
{
    /// <summary>The meter.</summary>
    public Meter Meter { get; } = meterFactory.Create("Microsoft.Orleans");
}

/// <summary>
/// Instruments with the names that Orleans gives them, and, tagged by grain type and method, totals of calls, failures and time. What
/// the hot path counts is read when somebody collects.
/// </summary>
internal sealed class SiloMetrics
{
    private readonly SiloRuntime _silo;
    private readonly Counter<int> _created;
    private readonly Counter<int> _destroyed;
    private readonly Counter<int> _failed;
    private readonly Counter<int> _shutdown;
    private readonly Counter<int> _collections;
    private readonly Counter<long> _timedOut;
    private readonly Counter<long> _canceled;

    internal SiloMetrics(OrleansInstruments instruments, SiloRuntime silo)
    {
        _silo = silo;
        var meter = instruments.Meter;
        _created = meter.CreateCounter<int>("orleans-catalog-activation-created");
        _destroyed = meter.CreateCounter<int>("orleans-catalog-activation-destroyed");
        _failed = meter.CreateCounter<int>("orleans-catalog-activation-failed-to-activate");
        _shutdown = meter.CreateCounter<int>("orleans-catalog-activation-shutdown");
        _collections = meter.CreateCounter<int>("orleans-catalog-activation-collections");
        _timedOut = meter.CreateCounter<long>("orleans-app-requests-timedout");
        _canceled = meter.CreateCounter<long>("orleans-app-requests-canceled");
        meter.CreateObservableGauge("orleans-catalog-activations", () => silo.ActivationCount);
        meter.CreateObservableUpDownCounter("orleans-grains", ObserveGrains);
        meter.CreateObservableCounter("orleans-app-requests", () => Observe(t => t.Calls));
        meter.CreateObservableCounter("orleans-app-requests-failed", () => Observe(t => t.Failures));
        meter.CreateObservableCounter("orleans-app-requests-duration", () => Observe(t => t.Elapsed.TotalSeconds), "s");
    }

    internal void ActivationCreated() => _created.Add(1);

    internal void ActivationFailed() => _failed.Add(1);

    internal void ActivationsCollected() => _collections.Add(1);

    internal void ActivationDestroyed(DeactivationReasonCode reason)
    {
        _destroyed.Add(1);
        _shutdown.Add(1, new KeyValuePair<string, object?>("via", reason switch
        {
            DeactivationReasonCode.ActivationIdle or DeactivationReasonCode.HighMemoryPressure => "collection",
            DeactivationReasonCode.ApplicationRequested => "deactivateOnIdle",
            DeactivationReasonCode.Migrating => "migration",
            DeactivationReasonCode.ActivationUnresponsive => "deactivateStuckActivation",
            _ => "unknown",
        }));
    }

    internal void RequestTimedOut(GrainTypeContext type) =>
        _timedOut.Add(1, new KeyValuePair<string, object?>("grain_type", type.GrainType.ToString()));

    internal void RequestCanceled(GrainTypeContext type) =>
        _canceled.Add(1, new KeyValuePair<string, object?>("grain_type", type.GrainType.ToString()));

    private IEnumerable<Measurement<int>> ObserveGrains() => _silo.Types.All
        .Select(t => new Measurement<int>(t.ActivationCount, new KeyValuePair<string, object?>("type", t.Class.FullName)));

    private IEnumerable<Measurement<T>> Observe<T>(Func<MethodTotals, T> value)
        where T : struct =>
        from type in _silo.Types.All
        from method in type.Statistics.Methods
        select new Measurement<T>(
            value(method.Totals),
            new KeyValuePair<string, object?>("grain_type", type.GrainType.ToString()),
            new KeyValuePair<string, object?>("method", $"{method.InterfaceName}.{method.MethodName}"));
}
