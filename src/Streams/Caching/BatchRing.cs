using Orleans.Streams;

namespace Switchboard.Streams.Caching;

/// <summary>A queue of batches that can be looked into; small for the many streams that have one or two.</summary>
internal sealed class BatchRing
{
    private IBatchContainer?[] _items = new IBatchContainer?[2];
    private int _head;

    public int Count { get; private set; }

    /// <summary>The batch at a distance from the oldest.</summary>
    public IBatchContainer this[int index] => _items[(_head + index) % _items.Length]!;

    public void Enqueue(IBatchContainer batch)
    {
        if (Count == _items.Length)
        {
            var larger = new IBatchContainer?[_items.Length * 2];
            for (var index = 0; index < Count; index++)
            {
                larger[index] = this[index];
            }

            (_items, _head) = (larger, 0);
        }

        _items[(_head + Count) % _items.Length] = batch;
        Count++;
    }

    public IBatchContainer Dequeue()
    {
        var batch = _items[_head]!;
        _items[_head] = null;
        _head = (_head + 1) % _items.Length;
        Count--;
        return batch;
    }

    public void Clear()
    {
        Array.Clear(_items);
        (_head, Count) = (0, 0);
    }
}
