namespace Orleans.Runtime;

/// <content>Start and end.</content>
internal sealed partial class Activation
{
    /// <summary>Starts the activation on a pool thread.</summary>
    internal void StartOnPool() =>
        ThreadPool.UnsafeQueueUserWorkItem(static activation => activation.StartHere(null), this, preferLocal: false);

    /// <summary>
    /// Starts the activation on this thread, and runs the request that caused it if that is possible without waiting; otherwise the
    /// request is queued.
    /// </summary>
    internal void StartHere(RequestBase? request)
    {
        var caller = SetCurrent();
        var former = TurnContext.Enter(request?.Context ?? _firstWaiting?.Context);
        new Task<Task>(static state => ((Activation)state!).ActivateAsync(), this).RunSynchronously(this);
        TurnContext.Leave(former);
        var runsNow = request is not null && TryStartFirst(request);
        if (runsNow)
        {
            RunRequest(request!);
        }

        ResetCurrent(caller);
        Release();
        if (request is not null && !runsNow && !TryEnqueue(request))
        {
            // It ended while it began: the failure belongs to this request, too, while an orderly end leaves it to the next activation.
            if (Parts.Reason is { ReasonCode: DeactivationReasonCode.ActivationFailed, Exception: { } failure })
            {
                Reject(request, failure);
            }
            else
            {
                Silo.Calls.Redeliver(request);
            }
        }
    }

    /// <summary>Takes note that it begins; the creator of the activation has begun already.</summary>
    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default)
    {
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (this)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Invalid || Parts.Reason.ReasonCode != DeactivationReasonCode.None)
            {
                return;
            }

            Parts.Reason = deactivationReason;
            if (_state == ActivationState.Activating)
            {
                // ActivateAsync goes on with it.
                return;
            }

            _state = ActivationState.Deactivating;
            if (_running != 0)
            {
                return;
            }
        }

        StartDeactivation();
    }

    internal void DelayDeactivation(TimeSpan delay)
    {
        Parts.KeepAliveUntil = delay == Timeout.InfiniteTimeSpan || delay == TimeSpan.MaxValue ? long.MaxValue
            : delay <= TimeSpan.Zero ? 0
            : Silo.Clock.After(delay);
    }

    /// <summary>Whether it has been idle for the age and nothing keeps it.</summary>
    internal bool IsCollectable(TimeSpan age)
    {
        lock (this)
        {
            return _state == ActivationState.Valid && _running == 0 && _firstWaiting is null
                && Silo.Clock.HasPassed(_idleSince, age)
                && (_parts is null || _parts.KeepAliveUntil <= Silo.Clock.Now);
        }
    }

    private bool TryStartFirst(RequestBase request)
    {
        lock (this)
        {
            if (_state != ActivationState.Valid || _running != 0)
            {
                return false;
            }

            request.Activation = this;
            CountRunning(request);
            return true;
        }
    }

    private async Task ActivateAsync()
    {
        using var span = ActivitySourcesOf.Lifecycle.HasListeners() ? LifecycleSpan.Activation(this) : null;
        try
        {
            _instance = _type.Activator.Create(this);
            if (_type.HasActivationWork || _parts?.Lifecycle is not null)
            {
                await ActivateInstanceAsync();
            }
        }
        catch (Exception exception)
        {
            span?.Fail(exception);
            Log.ActivationFailed(Silo.Logger, exception, GrainId);
            Silo.Metrics.ActivationFailed();
            await FailActivationAsync(exception);
            return;
        }

        bool end;
        lock (this)
        {
            _wasValid = true;
            end = _parts?.Reason.ReasonCode > DeactivationReasonCode.None;
            _state = end ? ActivationState.Deactivating : ActivationState.Valid;
            _lookAgain = _firstWaiting is not null;
            _idleSince = Silo.Clock.Now;
        }

        Silo.Metrics.ActivationCreated();
        if (end)
        {
            StartDeactivation();
        }
    }

    private async Task ActivateInstanceAsync()
    {
        using var timeout = new CancellationTokenSource(Silo.ActivationTimeout, Silo.Time);
        if (_instance is ILifecycleParticipant<IGrainLifecycle> participant)
        {
            participant.Participate(ObservableLifecycle);
        }

        if (_parts?.Lifecycle is { } lifecycle)
        {
            await lifecycle.OnStart(timeout.Token).WaitAsync(timeout.Token);
        }

        if (_instance is IGrainBase grain)
        {
            await grain.OnActivateAsync(timeout.Token).WaitAsync(timeout.Token);
        }
    }

    private async Task FailActivationAsync(Exception exception)
    {
        RequestBase? waiting;
        _type.Remove(this);
        lock (this)
        {
            Parts.Reason = new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "Failed to activate the grain.");
            waiting = Leave();
        }

        for (var request = waiting; request is not null;)
        {
            var next = request.Next;
            Reject(request, exception);
            request = next;
        }

        if (_parts?.Lifecycle is { } lifecycle)
        {
            await StopLifecycleAsync(lifecycle, CancellationToken.None);
        }

        await DisposeInstanceAsync();
        Parts.Deactivated.TrySetResult();
    }

    private void StartDeactivation()
    {
        // It begins with a clean context: the caller that happened to ask for it has nothing to do with it.
        if (ExecutionContext.IsFlowSuppressed())
        {
            QueueDeactivation();
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            QueueDeactivation();
        }
    }

    private void QueueDeactivation() => new Task<Task>(static state => ((Activation)state!).DeactivateAsync(), this).Start(this);

    private async Task DeactivateAsync()
    {
        using var span = ActivitySourcesOf.Lifecycle.HasListeners() ? LifecycleSpan.Deactivation(this, Parts.Reason) : null;
        DisposeTimers();
        using var timeout = new CancellationTokenSource(Silo.DeactivationTimeout, Silo.Time);
        await EndEnumerationsAsync(timeout.Token);
        if (_wasValid && _instance is IGrainBase grain && _type.HasOnDeactivate)
        {
            try
            {
                await grain.OnDeactivateAsync(Parts.Reason, timeout.Token).WaitAsync(timeout.Token);
            }
            catch (Exception exception)
            {
                Log.DeactivationFailed(Silo.Logger, exception, GrainId);
            }
        }

        if (Parts.Lifecycle is { } lifecycle)
        {
            await StopLifecycleAsync(lifecycle, timeout.Token);
        }

        _type.Remove(this);
        RequestBase? waiting;
        lock (this)
        {
            waiting = Leave();
        }

        Forward(waiting);
        await DisposeInstanceAsync();
        Silo.Metrics.ActivationDestroyed(Parts.Reason.ReasonCode);
        Parts.Deactivated.TrySetResult();
    }

    private async Task StopLifecycleAsync(GrainLifecycle lifecycle, CancellationToken cancellationToken)
    {
        try
        {
            await lifecycle.OnStop(cancellationToken).WaitAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            Log.DeactivationFailed(Silo.Logger, exception, GrainId);
        }
    }

    /// <summary>Ends it and empties its queue. Called under the lock, after it has left the table.</summary>
    private RequestBase? Leave()
    {
        var waiting = _firstWaiting;
        _firstWaiting = _lastWaiting = null;
        _waiting = _waitingInterleaving = 0;
        _state = ActivationState.Invalid;
        return waiting;
    }

    private void Forward(RequestBase? waiting)
    {
        while (waiting is not null)
        {
            var next = waiting.Next;
            if (Silo.RefusesForwarding(waiting))
            {
                Reject(waiting, new SiloUnavailableException($"The silo stops: {GrainId} takes no more requests."));
            }
            else if (!waiting.IsLocalOnly)
            {
                waiting.Forwards++;
                Silo.Calls.Redeliver(waiting);
            }

            waiting = next;
        }
    }

    private async Task EndEnumerationsAsync(CancellationToken cancellationToken)
    {
        if (_parts?.Components?.GetValueOrDefault(typeof(IAsyncEnumerableGrainExtension)) is not AsyncEnumerableGrainExtension enumerations)
        {
            return;
        }

        try
        {
            await enumerations.DisposeAsync().AsTask().WaitAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            Log.DeactivationFailed(Silo.Logger, exception, GrainId);
        }
    }

    private void DisposeTimers()
    {
        IGrainTimer[] timers;
        lock (Parts)
        {
            timers = Parts.Timers is { } set ? [.. set] : [];
            Parts.Timers = null;
        }

        foreach (var timer in timers)
        {
            try
            {
                timer.Dispose();
            }
            catch (Exception exception)
            {
                // What was registered on the timer's token failed; that must not keep the activation from ending.
                Log.DeactivationFailed(Silo.Logger, exception, GrainId);
            }
        }
    }

    private async Task DisposeInstanceAsync()
    {
        try
        {
            // References may keep this object alive; the grain and its services must not stay with it.
            var instance = Interlocked.Exchange(ref _instance, null);
            if (instance is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else
            {
                (instance as IDisposable)?.Dispose();
            }

            if (_parts?.Scope is { } scope)
            {
                await scope.DisposeAsync();
            }
        }
        catch (Exception exception)
        {
            Log.DisposalFailed(Silo.Logger, exception, GrainId);
        }
    }
}
