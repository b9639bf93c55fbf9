namespace Switchboard.Storage.Feed;

/// <summary>
/// Tells this process's readers of a tenant's log that it has grown. A hint that saves waiting: readers look by themselves too. Safe for
/// use by many at once.
/// </summary>
public sealed class LogSignal
{
    private readonly Lock _lock = new();
    private Action[] _listeners = [];

    /// <summary>Calls <paramref name="listener"/> after commits, until the result is disposed. It must return at once.</summary>
    public IDisposable Subscribe(Action listener)
    {
        lock (_lock)
        {
            _listeners = [.. _listeners, listener];
        }

        return new Subscription(this, listener);
    }

    /// <summary>The log has grown.</summary>
    public void Raise()
    {
        foreach (var listener in Volatile.Read(ref _listeners))
        {
            listener();
        }
    }

    private void Remove(Action listener)
    {
        lock (_lock)
        {
            _listeners = [.. _listeners.Where(other => !ReferenceEquals(other, listener))];
        }
    }

    private sealed class Subscription(LogSignal signal, Action listener) : IDisposable
    {
        public void Dispose() => signal.Remove(listener);
    }
}
