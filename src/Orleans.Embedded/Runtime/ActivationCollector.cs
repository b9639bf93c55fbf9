using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Statistics;

namespace Orleans.Runtime;

/// <summary>Ends activations that have been idle for their age, and more of them when memory is short.</summary>
internal sealed class ActivationCollector(
    SiloRuntime silo,
    IOptions<GrainCollectionOptions> options,
    IOptions<StatelessWorkerOptions> workerOptions,
    IEnvironmentStatisticsProvider environment) : IDisposable
{
    private readonly List<ITimer> _timers = [];

    public void Dispose()
    {
        foreach (var timer in _timers)
        {
            timer.Dispose();
        }

        _timers.Clear();
    }

    internal void Start()
    {
        Every(options.Value.CollectionQuantum, CollectIdle);
        if (workerOptions.Value.RemoveIdleWorkers && silo.Types.All.Any(t => t.Workers is { RemovesIdle: true }))
        {
            Every(workerOptions.Value.IdleWorkersInspectionPeriod, RemoveIdleWorkers);
        }

        if (options.Value.EnableActivationSheddingOnMemoryPressure)
        {
            Every(options.Value.MemoryUsagePollingPeriod, ShedOnPressure);
        }
    }

    /// <summary>Ends activations that have been idle for the given age, whatever their class says, except those that are kept.</summary>
    internal Task CollectAsync(TimeSpan age)
    {
        silo.Clock.Update();
        var idle = silo.Types.All
            .Where(t => t.CollectionAge != Timeout.InfiniteTimeSpan)
            .SelectMany(t => t.AllActivations)
            .Where(a => a.IsCollectable(age))
            .ToList();
        Deactivate(idle, DeactivationReasonCode.ActivationIdle, $"The activation has been idle for at least {age}.");
        return Task.WhenAll(idle.Select(a => a.Deactivated));
    }

    internal void CollectIdle()
    {
        silo.Clock.Update();
        silo.Observers.RemoveDead();
        var count = 0;
        foreach (var type in silo.Types.All.Where(t => t.CollectionAge != Timeout.InfiniteTimeSpan))
        {
            var idle = type.AllActivations.Where(a => a.IsCollectable(type.CollectionAge)).ToList();
            Deactivate(idle, DeactivationReasonCode.ActivationIdle, $"The activation was idle for its collection age, {type.CollectionAge}.");
            count += idle.Count;
        }

        silo.Metrics.ActivationsCollected();
        if (count != 0)
        {
            Log.Collected(silo.Logger, count);
        }
    }

    internal void ShedOnPressure()
    {
        var statistics = environment.GetEnvironmentStatistics();
        var used = statistics.MemoryUsagePercentage;
        if (used < options.Value.MemoryUsageLimitPercentage)
        {
            return;
        }

        // What goes is in proportion to how far memory use must fall; the next round sees what that brought.
        silo.Clock.Update();
        var candidates = silo.Types.All
            .Where(t => t.CollectionAge != Timeout.InfiniteTimeSpan)
            .SelectMany(t => t.AllActivations)
            .Where(a => a.IsCollectable(TimeSpan.Zero))
            .OrderBy(a => a.IdleSince)
            .ToList();
        var share = 1 - (options.Value.MemoryUsageTargetPercentage / used);
        var count = Math.Min(candidates.Count, (int)Math.Ceiling(silo.ActivationCount * share));
        Log.Shedding(silo.Logger, used, count);
        Deactivate(candidates.Take(count), DeactivationReasonCode.HighMemoryPressure, $"Memory use is at {used:F0} %.");
    }

    private static void Deactivate(IEnumerable<Activation> activations, DeactivationReasonCode code, FormattableString text)
    {
        var reason = new DeactivationReason(code, FormattableString.Invariant(text));
        foreach (var activation in activations)
        {
            activation.Deactivate(reason);
        }
    }

    private void RemoveIdleWorkers()
    {
        foreach (var type in silo.Types.All)
        {
            if (type.Workers is { RemovesIdle: true } workers)
            {
                workers.RemoveIdle(workerOptions.Value.MinIdleCyclesBeforeRemoval);
            }
        }
    }

    private void Every(TimeSpan period, Action action) =>
        _timers.Add(silo.Time.CreateTimer(static state => ((Action)state!)(), action, period, period));
}
