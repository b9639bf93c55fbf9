using Switchboard.Streams.Positions;

namespace Switchboard.Streams.Leases;

/// <summary>
/// A queue that this process wants to read, from <see cref="QueueKeeper.Open"/>. Its lease comes and goes; with each one comes a higher
/// epoch, and reading starts again at the position that is stored then. Safe for use by many at once.
/// </summary>
public sealed class QueueSlot : IAsyncDisposable
{
    private readonly QueueKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private QueueLease? _lease;
    private long _validFrom;
    private TimeSpan _validFor;
    private QueuePosition? _pending;
    private QueuePosition? _written;
    private long? _end;
    private long? _endWritten;

    internal QueueSlot(QueueName queue, QueueKeeper keeper, TimeProvider time) => (Queue, _keeper, _time) = (queue, keeper, time);

    /// <summary>The queue.</summary>
    public QueueName Queue { get; }

    /// <summary>
    /// The lease, or null while there is none or while it cannot be known to last: whoever reads the queue asks before every batch, and
    /// starts anew when the epoch is another one.
    /// </summary>
    public QueueLease? Held
    {
        get
        {
            lock (_lock)
            {
                return _lease is { } lease && _time.GetElapsedTime(_validFrom) < _validFor ? lease : null;
            }
        }
    }

    /// <summary>What the keeper has to renew, whether or not it is still known to last.</summary>
    internal QueueLease? Lease
    {
        get
        {
            lock (_lock)
            {
                return _lease;
            }
        }
    }

    /// <summary>Completes when a lease was given or lost since the task was taken.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _change.Task;
            }
        }
    }

    /// <summary>Waits for a lease.</summary>
    public async ValueTask<QueueLease> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Changed;
            if (Held is { } lease)
            {
                return lease;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Notes that everything before a position is done. It is written with the next round of the keeper; of several the last one counts.
    /// Under a lease that is no longer the newest it changes nothing.
    /// </summary>
    public void Advance(QueueLease lease, QueuePosition position)
    {
        lock (_lock)
        {
            if (ReferenceEquals(lease, _lease) && (_written is not { } written || position > written) && (_pending is not { } pending || position > pending))
            {
                _pending = position;
            }
        }
    }

    /// <summary>Notes where the source ends, for people who look; it is written when the lease is renewed.</summary>
    public void NoteEnd(long next)
    {
        lock (_lock)
        {
            _end = next;
        }
    }

    /// <summary>Writes the noted position now.</summary>
    /// <returns>False when the queue belongs to somebody else by now.</returns>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database is away.</exception>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        await _keeper.FlushAsync([this], cancellationToken);
        return Lease is not null;
    }

    /// <summary>Writes the noted position and gives the lease back. When the database is away, the lease runs out by itself.</summary>
    public ValueTask DisposeAsync() => _keeper.CloseAsync(this);

    internal void Given(QueueLease lease, long validFrom, TimeSpan validFor)
    {
        lock (_lock)
        {
            (_lease, _validFrom, _validFor, _pending, _written) = (lease, validFrom, validFor, null, lease.Position);
            (_end, _endWritten) = (null, null);
        }

        Signal();
    }

    internal void Renewed(QueueLease lease, long validFrom)
    {
        bool again;
        lock (_lock)
        {
            if (!ReferenceEquals(lease, _lease))
            {
                return;
            }

            again = _time.GetElapsedTime(_validFrom) >= _validFor;
            _validFrom = validFrom;
        }

        if (again)
        {
            Signal();
        }
    }

    /// <summary>True when it was this lease that was lost.</summary>
    internal bool Lost(QueueLease lease)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(lease, _lease))
            {
                return false;
            }

            (_lease, _pending) = (null, null);
        }

        Signal();
        return true;
    }

    internal QueueAdvance? Pending()
    {
        lock (_lock)
        {
            return _lease is { } lease && _pending is { } position ? new QueueAdvance(Queue, lease.Epoch, position) : null;
        }
    }

    internal void Written(QueueAdvance advance)
    {
        lock (_lock)
        {
            if (_lease?.Epoch == advance.Epoch)
            {
                _written = advance.Position;
                if (_pending == advance.Position)
                {
                    _pending = null;
                }
            }
        }
    }

    /// <summary>Where the source ends, unless that is written.</summary>
    internal (QueueLease Lease, long End)? PendingEnd()
    {
        lock (_lock)
        {
            return _lease is { } lease && _end is { } end && end != _endWritten ? (lease, end) : null;
        }
    }

    internal void EndWritten(QueueLease lease, long end)
    {
        lock (_lock)
        {
            if (ReferenceEquals(lease, _lease))
            {
                _endWritten = end;
            }
        }
    }

    private void Signal()
    {
        TaskCompletionSource change;
        lock (_lock)
        {
            change = _change;
            _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        change.SetResult();
    }
}
