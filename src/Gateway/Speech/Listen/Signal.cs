using System.Threading.Tasks.Sources;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// Wakes one waiter; set without a waiter it wakes the next one, once. Waiting allocates nothing. Whoever waits with a token has the token
/// set the signal and looks at it afterwards.
/// </summary>
/// <param name="inline">
/// Whether the waiter goes on within <see cref="Set"/>: its caller must hold no lock, and the waiter must soon wait again.
/// </param>
internal sealed class Signal(bool inline) : IValueTaskSource
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int IsSet = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = !inline };
    private int _state;

    public void Set()
    {
        // From idle to set; from waiting to idle, and the waiter goes on.
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == IsSet)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, state == Waiting ? Idle : IsSet, state) == state)
            {
                if (state == Waiting)
                {
                    _core.SetResult(true);
                }

                return;
            }
        }
    }

    /// <summary>Completes once it is set. One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, IsSet) == IsSet)
        {
            return ValueTask.CompletedTask;
        }

        _core.Reset();
        var waiting = new ValueTask(this, _core.Version);
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) != Idle)
        {
            // Set in between.
            Volatile.Write(ref _state, Idle);
            return ValueTask.CompletedTask;
        }

        return waiting;
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
