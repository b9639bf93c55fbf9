namespace Switchboard.Streams.PostgresLog;

/// <summary>Somebody who waits at the end of the log. One waits at a time.</summary>
internal sealed class TailReader(LogTail tail, int? partition) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>The partition whose events are waited for; null: all.</summary>
    public int? Partition => partition;

    /// <summary>Waits until there may be events that were not there before, or patience ends.</summary>
    public Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancellationToken) => _signal.WaitAsync(patience, cancellationToken);

    public void Dispose() => tail.Leave(this);

    internal void Signal()
    {
        try
        {
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Somebody else did.
        }
    }
}
