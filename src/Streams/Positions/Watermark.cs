namespace Switchboard.Streams.Positions;

/// <summary>
/// How far a queue has been dealt with while its records are handled side by side and finish in any order: up to the lowest record
/// still in flight, or, with none in flight, up to where the reader has come. Numbers may be missing (a compacted topic, a transaction
/// that was rolled back, records of other queues). Not safe for use by several threads at once.
/// </summary>
/// <typeparam name="T">A place in the queue.</typeparam>
public sealed class Watermark<T>
    where T : struct, IComparable<T>
{
    private readonly Queue<T> _order = new();
    private readonly HashSet<T> _done = [];
    private readonly HashSet<T> _flying = [];
    private T _passed;

    /// <summary>Starts at a place: everything before it has been dealt with.</summary>
    public Watermark(T start) => (_passed, Value) = (start, start);

    /// <summary>Everything before this place has been dealt with. Never goes back.</summary>
    public T Value { get; private set; }

    /// <summary>Records that were read and are not done.</summary>
    public int InFlight => _flying.Count;

    /// <summary>Notes a record that was read and goes to be handled.</summary>
    /// <exception cref="ArgumentException">A later record was read before: the order in which they are delivered would be lost.</exception>
    public void Read(T place)
    {
        if (_flying.Contains(place))
        {
            return;
        }

        if (place.CompareTo(_passed) < 0)
        {
            throw new ArgumentException($"{place} was read after the reader had passed {_passed}; make a new watermark to read again.", nameof(place));
        }

        _passed = place;
        _flying.Add(place);
        _order.Enqueue(place);
        Move();
    }

    /// <summary>Notes that everything before a place has been read: what lies there and was not announced is nobody's.</summary>
    public void Pass(T next)
    {
        if (next.CompareTo(_passed) > 0)
        {
            _passed = next;
        }

        Move();
    }

    /// <summary>Notes that a record is done. One that is not in flight (done before, or of an earlier owner) changes nothing.</summary>
    public void Done(T place)
    {
        if (_flying.Remove(place))
        {
            _done.Add(place);
            Move();
        }
    }

    private void Move()
    {
        while (_order.TryPeek(out var lowest) && _done.Remove(lowest))
        {
            _order.Dequeue();
        }

        Value = _order.TryPeek(out var flying) ? flying : _passed;
    }
}
