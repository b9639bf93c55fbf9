using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;
using Orleans.Streams;

namespace Switchboard.Streams.Caching;

/// <summary>
/// Keeps the batches of one queue until their consumers have had them; bounded by count and by bytes. Each stream has a line of its own,
/// so that a batch is given up as soon as its own stream's consumers are behind it: a slow stream holds its own batches only. Safe for
/// use by many at once.
/// </summary>
/// <param name="mostBatches">More are not asked for.</param>
/// <param name="mostBytes">No more are asked for once those in the cache have so many bytes.</param>
/// <param name="sizeOf">A batch's size in bytes.</param>
public sealed class StreamQueueCache(int mostBatches, long mostBytes, Func<IBatchContainer, int> sizeOf) : IQueueCache
{
    private readonly Lock _lock = new();
    private readonly Dictionary<StreamId, Line> _lines = [];
    private readonly HashSet<Line> _moved = [];
    private int _count;
    private long _bytes;

    /// <summary>Batches in the cache.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Their bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    public int GetMaxAddCount() => Math.Max(1, mostBatches - Count);

    /// <inheritdoc/>
    public bool IsUnderPressure() => Count >= mostBatches || Bytes >= mostBytes;

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
        lock (_lock)
        {
            foreach (var batch in messages)
            {
                if (!_lines.TryGetValue(batch.StreamId, out var line))
                {
                    line = new Line(batch.StreamId);
                    _lines.Add(batch.StreamId, line);
                }

                line.Batches.Enqueue(batch);
                _moved.Add(line);
                _count++;
                _bytes += sizeOf(batch);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        List<IBatchContainer>? purged = null;
        lock (_lock)
        {
            foreach (var line in _moved)
            {
                var needed = line.FirstNeeded;
                while (line.Batches.Count > 0 && line.First < needed)
                {
                    var batch = line.Batches.Dequeue();
                    line.First++;
                    Forget(batch);
                    (purged ??= []).Add(batch);
                }

                if (line.Batches.Count == 0 && line.Cursors.Count == 0)
                {
                    _lines.Remove(line.Stream);
                }
            }

            _moved.Clear();
        }

        purgedItems = purged;
        return purged is not null;
    }

    /// <summary>Forgets everything that no consumer has begun with: the queue is read by somebody else, or from another place, from now on.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var line in _lines.Values)
            {
                line.First += line.Batches.Count;
                line.Batches.Clear();
                line.Cursors.ForEach(cursor => cursor.Next = line.First);
            }

            (_count, _bytes) = (0, 0);
        }
    }

    /// <inheritdoc/>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(streamId, out var line))
            {
                line = new Line(streamId);
                _lines.Add(streamId, line);
            }

            var cursor = new Cursor(this, line) { Next = token is null ? line.End : line.Find(token) };
            line.Cursors.Add(cursor);
            return cursor;
        }
    }

    private void Forget(IBatchContainer batch)
    {
        _count--;
        _bytes -= sizeOf(batch);
    }

    private bool MoveNext(Cursor cursor)
    {
        lock (_lock)
        {
            var line = cursor.Line;
            if (cursor.Current is not null)
            {
                cursor.Current = null;
                _moved.Add(line);
            }

            if (cursor.Disposed || cursor.Next >= line.End)
            {
                return false;
            }

            // A consumer that comes late begins with what is left.
            cursor.Next = Math.Max(cursor.Next, line.First);
            cursor.Current = line.Batches[(int)(cursor.Next - line.First)];
            cursor.Next++;
            return true;
        }
    }

    private void Remove(Cursor cursor)
    {
        lock (_lock)
        {
            cursor.Disposed = true;
            cursor.Line.Cursors.Remove(cursor);
            _moved.Add(cursor.Line);
        }
    }

    /// <summary>A stream's batches, numbered without end; those before <see cref="First"/> are gone.</summary>
    private sealed class Line(StreamId stream)
    {
        public StreamId Stream => stream;

        public BatchRing Batches { get; } = new();

        public long First { get; set; }

        public long End => First + Batches.Count;

        public List<Cursor> Cursors { get; } = [];

        public long FirstNeeded
        {
            get
            {
                var needed = End;
                foreach (var cursor in Cursors)
                {
                    needed = Math.Min(needed, cursor.Current is null ? cursor.Next : cursor.Next - 1);
                }

                return needed;
            }
        }

        public long Find(StreamSequenceToken token)
        {
            var place = First;
            while (place < End && Batches[(int)(place - First)].SequenceToken.CompareTo(token) < 0)
            {
                place++;
            }

            return place;
        }
    }

    private sealed class Cursor(StreamQueueCache cache, Line line) : IQueueCacheCursor
    {
        public Line Line => line;

        public long Next { get; set; }

        public IBatchContainer? Current { get; set; }

        public bool Disposed { get; set; }

        public IBatchContainer? GetCurrent(out Exception? exception)
        {
            exception = null;
            return Current;
        }

        public bool MoveNext() => cache.MoveNext(this);

        public void Refresh(StreamSequenceToken token)
        {
            // The cursor stands before whatever comes next already.
        }

        public void RecordDeliveryFailure()
        {
            // Delivery is never given up: see the failure handler.
        }

        public void Dispose() => cache.Remove(this);
    }
}
