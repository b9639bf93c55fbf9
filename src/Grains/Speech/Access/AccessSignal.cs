namespace Switchboard.Grains.Speech.Access;

/// <summary>
/// Says within a process that a key or a limit may have changed somewhere, so that nobody need wait for the next look. A hint: one that is
/// missed costs time and nothing else. Thread-safe.
/// </summary>
public sealed class AccessSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _awaited;

    /// <summary>Completes with the next <see cref="Raise"/>. Taken before a look, none after that look is missed.</summary>
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

    /// <summary>Something may have changed. Costs nothing while nobody waits.</summary>
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
