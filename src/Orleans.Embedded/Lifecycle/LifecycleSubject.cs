using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>
/// Observers by stage. Start goes upward through the stages, stop goes downward through those that were started, and goes on after
/// failures; the observers of one stage start, and stop, at once.
/// </summary>
internal class StagedLifecycle : ILifecycleSubject
{
    private readonly Lock _lock = new();
    private ImmutableList<Subscription> _subscriptions = [];
    private int? _highest;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (_highest >= stage)
        {
            throw new InvalidOperationException($"Stage {stage} has been started already, so that {observerName} comes too late for it.");
        }

        var subscription = new Subscription(this, observerName, stage, observer);
        lock (_lock)
        {
            _subscriptions = _subscriptions.Add(subscription);
        }

        return subscription;
    }

    public async Task OnStart(CancellationToken cancellationToken = default)
    {
        foreach (var stage in _subscriptions.GroupBy(s => s.Stage).OrderBy(s => s.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _highest = stage.Key;
            await StartStage([.. stage], cancellationToken);
            OnStageStarted(stage.Key);
        }
    }

    public async Task OnStop(CancellationToken cancellationToken = default)
    {
        foreach (var stage in _subscriptions.Where(s => s.Stage <= _highest).GroupBy(s => s.Stage).OrderByDescending(s => s.Key))
        {
            await Task.WhenAll(stage.Select(it => StopAsync(it, cancellationToken)));
            OnStageStopped(stage.Key);
        }
    }

    protected virtual void OnStageStarted(int stage)
    {
    }

    protected virtual void OnStageStopped(int stage)
    {
    }

    protected virtual void OnStopFailed(string observer, int stage, Exception exception)
    {
    }

    private static async Task StartStage(Subscription[] subscriptions, CancellationToken cancellationToken)
    {
        if (subscriptions.Length == 1)
        {
            // Awaiting one by itself keeps its exception as it was thrown.
            await subscriptions[0].Observer.OnStart(cancellationToken);
            return;
        }

        await Task.WhenAll(subscriptions.Select(s => s.Observer.OnStart(cancellationToken)));
    }

    private async Task StopAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        try
        {
            await subscription.Observer.OnStop(cancellationToken);
        }
        catch (Exception exception)
        {
            OnStopFailed(subscription.Name, subscription.Stage, exception);
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            _subscriptions = _subscriptions.Remove(subscription);
        }
    }

    private sealed class Subscription(StagedLifecycle owner, string name, int stage, ILifecycleObserver observer) : IDisposable
    {
        internal string Name => name;

        internal int Stage => stage;

        internal ILifecycleObserver Observer => observer;

        public void Dispose() => owner.Remove(this);
    }
}

/// <summary>The lifecycle of an activation.</summary>
internal sealed class GrainLifecycle(Activation activation) : StagedLifecycle, IGrainLifecycle
{
    public void AddMigrationParticipant(IGrainMigrationParticipant participant)
    {
        // In a single process nothing migrates.
    }

    public void RemoveMigrationParticipant(IGrainMigrationParticipant participant)
    {
    }

    protected override void OnStopFailed(string observer, int stage, Exception exception) =>
        Log.DeactivationFailed(activation.Silo.Logger, exception, activation.GrainId);
}

/// <summary>The lifecycle of the silo.</summary>
internal sealed class SiloLifecycle(Microsoft.Extensions.Logging.ILogger<SiloLifecycle> logger) : StagedLifecycle, ISiloLifecycleSubject
{
    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    protected override void OnStageStarted(int stage) => HighestCompletedStage = stage;

    protected override void OnStageStopped(int stage) => LowestStoppedStage = stage;

    protected override void OnStopFailed(string observer, int stage, Exception exception) =>
        Log.LifecycleStopFailed(logger, exception, observer, stage);
}
