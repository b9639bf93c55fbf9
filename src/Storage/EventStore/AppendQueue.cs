namespace Switchboard.Storage.EventStore;

/// <summary>The appends that wait for a lane, in order. Bounded: callers wait for room. Safe for many writers and one reader.</summary>
internal sealed class AppendQueue(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private readonly SemaphoreSlim _room = new(capacity, capacity);
    private TaskCompletionSource? _reader;
    private bool _closed;

    /// <summary>Appends that wait or are being written.</summary>
    public int Depth => capacity - _room.CurrentCount;

    /// <summary>Takes a place for one append; false when none came free before the token said so.</summary>
    public async ValueTask<bool> TryTakeRoomAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_room.Wait(0, CancellationToken.None))
        {
            return true;
        }

        using var patient = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patient.Token, cancellationToken);
        try
        {
            await _room.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void GiveRoom() => _room.Release();

    /// <summary>Queues an append whose place was taken; false when the queue is closed.</summary>
    public bool TryAdd(PendingAppend append)
    {
        TaskCompletionSource? reader;
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _waiting.Enqueue(append);
            (reader, _reader) = (_reader, null);
        }

        reader?.TrySetResult();
        return true;
    }

    /// <summary>Completes when something waits: true; or when the queue is closed and empty: false.</summary>
    public async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            Task signal;
            lock (_lock)
            {
                if (_waiting.Count > 0)
                {
                    return true;
                }

                if (_closed)
                {
                    return false;
                }

                _reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                signal = _reader.Task;
            }

            await signal;
        }
    }

    /// <summary>
    /// Moves the next appends into a batch. One stream is in a batch once: its second append is decided on by rows that the first
    /// writes. The batch ends there, so that nobody overtakes.
    /// </summary>
    public void Take(List<PendingAppend> batch, HashSet<Guid> streams, int most)
    {
        lock (_lock)
        {
            while (batch.Count < most && _waiting.TryPeek(out var next) && !streams.Contains(next.Request.Stream.Id))
            {
                _waiting.Dequeue();
                if (next.TryTake())
                {
                    streams.Add(next.Request.Stream.Id);
                    batch.Add(next);
                }
            }
        }
    }

    /// <summary>Takes those at the head that are too old, while the database is away.</summary>
    public void TakeExpired(List<PendingAppend> expired, Func<PendingAppend, bool> isExpired)
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out var next) && isExpired(next))
            {
                _waiting.Dequeue();
                if (next.TryTake())
                {
                    expired.Add(next);
                }
            }
        }
    }

    /// <summary>Refuses further appends; those that wait are still written.</summary>
    public void Close()
    {
        TaskCompletionSource? reader;
        lock (_lock)
        {
            _closed = true;
            (reader, _reader) = (_reader, null);
        }

        reader?.TrySetResult();
    }

    public void Dispose() => _room.Dispose();
}
