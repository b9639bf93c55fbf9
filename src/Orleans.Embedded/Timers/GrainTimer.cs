using System.Reflection;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>Registers timers of activations.</summary>
internal sealed class TimerRegistry(SiloRuntime silo) : ITimerRegistry
{
    [Obsolete("Use RegisterGrainTimer.")]
    public IDisposable RegisterTimer(
        IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var options = new GrainTimerCreationOptions(dueTime, period) { Interleave = true };
        return RegisterGrainTimer(grainContext, static (s, _) => s.callback(s.state), (callback, state), options);
    }

    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        ArgumentNullException.ThrowIfNull(callback);
        GrainTimer.Validate(options.DueTime, nameof(options.DueTime));
        GrainTimer.Validate(options.Period, nameof(options.Period));
        if (grainContext is not Activation activation || !ReferenceEquals(RuntimeContext.Current, activation))
        {
            throw new InvalidOperationException(
                $"Timers of {grainContext.GrainId} can only be registered from its own turns, not from a thread outside of them.");
        }

        var timer = new GrainTimer<TState>(silo, activation, callback, state, options);
        activation.AddTimer(timer);
        timer.Change(options.DueTime, options.Period);
        return timer;
    }
}

/// <summary>
/// A timer whose ticks are requests to its activation, so that they wait or interleave like calls. The next tick is due a period after
/// the end of the one before, so that ticks never overlap.
/// </summary>
internal abstract class GrainTimer : IGrainTimer
{
    private static readonly TimeSpan s_max = TimeSpan.FromMilliseconds(0xFFFFFFFE);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly ITimer _timer;
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private bool _ticking;
    private bool _changed;
    private TimeSpan _changedDueTime;
    private bool _disposed;

    protected GrainTimer(SiloRuntime silo, Activation activation, GrainTimerCreationOptions options)
    {
        Silo = silo;
        Activation = activation;
        Interleave = options.Interleave;
        KeepAlive = options.KeepAlive;
        using var noFlow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = silo.Time.CreateTimer(
            static state => ((GrainTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal bool Interleave { get; }

    internal bool KeepAlive { get; }

    protected SiloRuntime Silo { get; }

    protected Activation Activation { get; }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, nameof(dueTime));
        Validate(period, nameof(period));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _period = period;
            if (_ticking)
            {
                _changed = true;
                _changedDueTime = dueTime;
            }
            else
            {
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _timer.Dispose();
        _cancellation.Cancel();
        Activation.RemoveTimer(this);
    }

    internal static void Validate(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time > s_max))
        {
            throw new ArgumentOutOfRangeException(name, time, $"Timer times are infinite, or from zero to {s_max}.");
        }
    }

    internal async Task TickAsync()
    {
        try
        {
            if (!_disposed)
            {
                await RunCallback(_cancellation.Token);
            }
        }
        catch (Exception exception)
        {
            Log.TimerFailed(Silo.Logger, exception, Activation.GrainId);
        }
        finally
        {
            Rearm();
        }
    }

    /// <summary>After a tick, whether or not it ran.</summary>
    internal void Rearm()
    {
        lock (_lock)
        {
            _ticking = false;
            if (!_disposed)
            {
                _timer.Change(_changed ? _changedDueTime : _period, Timeout.InfiniteTimeSpan);
                _changed = false;
            }
        }
    }

    protected abstract Task RunCallback(CancellationToken cancellationToken);

    private void Fire()
    {
        lock (_lock)
        {
            if (_disposed || _ticking)
            {
                return;
            }

            _ticking = true;
        }

        var tick = new GrainTimerTick(this);
        tick.Bind(Activation.Type, Activation.Key, Activation, null);
        tick.SentAt = System.Diagnostics.Stopwatch.GetTimestamp();
        tick.Answer = RequestBase.NoAnswer;
        Activation.TryEnqueue(tick);
    }
}

/// <summary>A timer with its callback.</summary>
/// <typeparam name="TState">What the callback is given.</typeparam>
internal sealed class GrainTimer<TState>(
    SiloRuntime silo, Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    : GrainTimer(silo, activation, options)
{
    protected override Task RunCallback(CancellationToken cancellationToken) => callback(state, cancellationToken);
}

/// <summary>The interface that timer ticks show to filters.</summary>
internal interface IGrainTimerInvoker
{
    Task InvokeCallbackAsync();
}

/// <summary>A tick on its way.</summary>
internal sealed class GrainTimerTick : RequestBase
{
    private static readonly MethodInfo s_method = typeof(IGrainTimerInvoker).GetMethod(nameof(IGrainTimerInvoker.InvokeCallbackAsync))!;

    private readonly GrainTimer _timer;

    internal GrainTimerTick(GrainTimer timer)
    {
        _timer = timer;
        Options = InvokeMethodOptions.OneWay | (timer.Interleave ? InvokeMethodOptions.AlwaysInterleave : InvokeMethodOptions.None);
    }

    internal override bool IsKeepAlive => _timer.KeepAlive;

    internal override bool IsLocalOnly => true;

    public override object GetTarget() => _timer;

    public override void SetTarget(ITargetHolder holder)
    {
    }

    public override async ValueTask<Response> Invoke()
    {
        await _timer.TickAsync();
        return Response.Completed;
    }

    public override string GetMethodName() => nameof(IGrainTimerInvoker.InvokeCallbackAsync);

    public override string GetInterfaceName() => nameof(IGrainTimerInvoker);

    public override string GetActivityName() => "IGrainTimerInvoker/InvokeCallbackAsync";

    public override Type GetInterfaceType() => typeof(IGrainTimerInvoker);

    public override MethodInfo GetMethod() => s_method;

    public override void Dispose()
    {
    }

    internal override Task Start() => _timer.TickAsync();

    internal override Task CopyResult(Task succeeded, bool shareResult) => succeeded;

    internal override Task ToTask(Response response) => ToVoidTask(response);

    private protected override Task Unwrap(Task<Task> later) => later.Unwrap();
}
