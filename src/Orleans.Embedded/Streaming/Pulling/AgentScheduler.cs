using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Runs what an agent does one piece at a time, so that its state needs no locks.</summary>
internal sealed class AgentScheduler : TurnScheduler
{
    [ThreadStatic]
    private static AgentScheduler? t_current;

    /// <summary>Begins idle.</summary>
    internal AgentScheduler() => Release();

    protected override TimeSpan Quantum => TimeSpan.FromMilliseconds(25);

    /// <summary>A grain's turn may run on the agent's thread; the agent's own work must not run inside of it.</summary>
    protected override bool IsCurrent => ReferenceEquals(t_current, this) && RuntimeContext.Current is null;

    protected override bool MayHaveRequest => false;

    /// <summary>Runs the action here; what it awaits comes back here.</summary>
    internal Task Run(Func<Task> action)
    {
        // The context of whoever asks for it has nothing to do with the agent.
        using var noFlow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();
    }

    protected override RequestBase? TakeRequest() => null;

    protected override void RunRequest(RequestBase request) => throw new NotSupportedException();

    protected override IGrainContext? SetCurrent()
    {
        var caller = RuntimeContext.Current;
        RuntimeContext.Current = null;
        t_current = this;
        return caller;
    }

    protected override void ResetCurrent(IGrainContext? caller)
    {
        RuntimeContext.Current = caller;
        t_current = null;
    }
}

/// <summary>Waits for a time, or until somebody ends the waiting. A signal that nobody waits for ends the next wait.</summary>
internal sealed class WakeUp : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private TaskCompletionSource? _waiting;
    private bool _isSignalled;

    internal WakeUp(TimeProvider time) =>
        _timer = time.CreateTimer(static it => ((WakeUp)it!).Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();

    internal Task WaitAsync(TimeSpan longest)
    {
        lock (_lock)
        {
            if (_isSignalled)
            {
                _isSignalled = false;
                return Task.CompletedTask;
            }

            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _timer.Change(longest, Timeout.InfiniteTimeSpan);
            return _waiting.Task;
        }
    }

    internal void Signal()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            waiting = _waiting;
            _waiting = null;
            _isSignalled = waiting is null;
        }

        waiting?.SetResult();
    }
}
