using System.Collections;

namespace Orleans.Runtime;

/// <summary>
/// The activations of one grain class by key: a hash table whose entries are the activations themselves. Look-ups take no lock;
/// changes do. While the table grows, a look-up may miss an entry, so that a miss is checked again under the lock.
/// </summary>
internal sealed class ActivationTable(GrainTypeContext type) : IEnumerable<Activation>
{
    private readonly Lock _lock = new();
    private Activation?[] _buckets = new Activation?[16];
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    internal Activation? Find(IdSpan key)
    {
        var buckets = Volatile.Read(ref _buckets);
        for (var entry = buckets[Index(key, buckets)]; entry is not null; entry = entry.NextInBucket)
        {
            if (entry.Key.Equals(key))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>The activation of a key; if created, the caller has to start it.</summary>
    internal Activation GetOrAdd(IdSpan key, out bool created)
    {
        created = false;
        if (Find(key) is { } known)
        {
            return known;
        }

        lock (_lock)
        {
            if (Find(key) is { } meanwhile)
            {
                return meanwhile;
            }

            if (_count == _buckets.Length)
            {
                Grow();
            }

            var activation = new Activation(type, key);
            ref var bucket = ref _buckets[Index(key, _buckets)];
            activation.NextInBucket = bucket;
            Volatile.Write(ref bucket, activation);
            _count++;
            created = true;
            return activation;
        }
    }

    internal void Remove(Activation activation)
    {
        lock (_lock)
        {
            Activation? previous = null;
            ref var bucket = ref _buckets[Index(activation.Key, _buckets)];
            for (var entry = bucket; entry is not null; previous = entry, entry = entry.NextInBucket)
            {
                if (!ReferenceEquals(entry, activation))
                {
                    continue;
                }

                if (previous is null)
                {
                    bucket = entry.NextInBucket;
                }
                else
                {
                    previous.NextInBucket = entry.NextInBucket;
                }

                _count--;
                return;
            }
        }
    }

    public IEnumerator<Activation> GetEnumerator()
    {
        Activation[] all;
        lock (_lock)
        {
            all = new Activation[_count];
            var i = 0;
            foreach (var bucket in _buckets)
            {
                for (var entry = bucket; entry is not null; entry = entry.NextInBucket)
                {
                    all[i++] = entry;
                }
            }
        }

        return ((IEnumerable<Activation>)all).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int Index(IdSpan key, Activation?[] buckets) => key.GetHashCode() & (buckets.Length - 1);

    private void Grow()
    {
        var buckets = new Activation?[_buckets.Length * 2];
        foreach (var bucket in _buckets)
        {
            for (var entry = bucket; entry is not null;)
            {
                // Entries that have moved only point to entries that moved before: a reader may leave its chain but never walks in a circle.
                var next = entry.NextInBucket;
                ref var head = ref buckets[Index(entry.Key, buckets)];
                entry.NextInBucket = head;
                head = entry;
                entry = next;
            }
        }

        Volatile.Write(ref _buckets, buckets);
    }
}
