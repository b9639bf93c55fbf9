namespace Switchboard.Grains.CaseStreams;

/// <summary>
/// Says within a process that the log may have grown, so that its reader need not wait for its next look. A hint: one that is missed
/// costs time, never an event. Thread-safe.
/// </summary>
public sealed class CaseEventSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _awaited;

    /// <summary>Completes with the next <see cref="Raise"/>. Taken before a look at the log, none after that look is missed.</summary>
    public Task Next
    {
        get
        {
            lock (_gate)
            {
                return (_awaited ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>The log may have grown. Costs nothing while nobody waits.</summary>
    public void Raise()
    {
        TaskCompletionSource? awaited;
        lock (_gate)
        {
            (awaited, _awaited) = (_awaited, null);
        }

        awaited?.TrySetResult();
    }
}
