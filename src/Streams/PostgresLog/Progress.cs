using Switchboard.Grains.EventStore;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Positions;

namespace Switchboard.Streams.PostgresLog;

/// <summary>How far a reader of the log has come under one lease. Safe for use by many at once.</summary>
internal sealed class Progress
{
    private readonly Lock _lock = new();
    private readonly Watermark<QueuePosition> _watermark;
    private readonly Queue<(QueuePosition Place, DateTimeOffset RecordedAt)> _ages = new();

    public Progress(QueuePosition start) => (_watermark, Cursor) = (new Watermark<QueuePosition>(start), start.ToFeed());

    /// <summary>The last event that was looked at.</summary>
    public FeedPosition Cursor { get; private set; }

    /// <summary>Everything before it is done.</summary>
    public QueuePosition Position
    {
        get
        {
            lock (_lock)
            {
                return _watermark.Value;
            }
        }
    }

    /// <summary>Events on their way.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _watermark.InFlight;
            }
        }
    }

    public void Read(FeedPosition position, DateTimeOffset recordedAt)
    {
        var place = QueuePosition.At(position);
        lock (_lock)
        {
            _watermark.Read(place);
            _ages.Enqueue((place, recordedAt));
        }
    }

    public void Pass(FeedPosition position)
    {
        lock (_lock)
        {
            Cursor = position;
            _watermark.Pass(QueuePosition.After(position));
        }
    }

    public void Done(FeedPosition position)
    {
        lock (_lock)
        {
            _watermark.Done(QueuePosition.At(position));
            Settle();
        }
    }

    /// <summary>What is left to do; of what has not been read yet, an estimate from the numbers of the events.</summary>
    public QueueBacklog Backlog(FeedPosition? end, int queues, DateTimeOffset now, long bytes)
    {
        lock (_lock)
        {
            Settle();
            var unread = end is { } last && last.Epoch == Cursor.Epoch && last.CompareTo(Cursor) > 0 ? Math.Max(0, last.Seq - Cursor.Seq) / queues : 0;
            var oldest = _ages.TryPeek(out var first) ? now - first.RecordedAt : TimeSpan.Zero;
            return new QueueBacklog(_watermark.InFlight + unread, oldest > TimeSpan.Zero ? oldest : TimeSpan.Zero, bytes);
        }
    }

    private void Settle()
    {
        while (_ages.TryPeek(out var first) && first.Place < _watermark.Value)
        {
            _ages.Dequeue();
        }
    }
}
