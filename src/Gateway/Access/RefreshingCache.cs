using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Switchboard.Gateway.Access;

/// <summary>
/// Values by key, none older than a time to live: an older one is loaded again before it is used. One load at a time per key, however
/// many wait for it; a value that is used in the second half of its life is loaded again in the background, so that a busy key never
/// waits. Absent values are remembered apart and in smaller number, so that a flood of unknown keys displaces no known one.
/// Thread-safe.
/// </summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value; null stands for "there is none".</typeparam>
internal sealed class RefreshingCache<TKey, TValue>(
    Func<TKey, CancellationToken, ValueTask<TValue?>> load,
    CacheBounds bounds,
    TimeProvider time) : IDisposable
    where TKey : notnull
    where TValue : class
{
    private readonly Shelf _known = new(bounds.Known);
    private readonly Shelf _absent = new(bounds.Absent);
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue?>>> _loading = new();
    private readonly SemaphoreSlim _gate = new(bounds.ConcurrentLoads);

    /// <summary>How many values are kept, absent ones included.</summary>
    public int Count => _known.Count + _absent.Count;

    /// <summary>The value, or null when there is none.</summary>
    public ValueTask<TValue?> GetAsync(TKey key, CancellationToken cancellationToken)
    {
        if (TryGetFresh(_known, key, out var entry, out var age))
        {
            if (age > bounds.TimeToLive / 2 && entry.BeginRefresh())
            {
                _ = RefreshAsync(key, entry);
            }

            return new ValueTask<TValue?>(entry.Value);
        }

        return TryGetFresh(_absent, key, out _, out _) ? default : new ValueTask<TValue?>(LoadOnceAsync(key).WaitAsync(cancellationToken));
    }

    /// <summary>Replaces what is known about a key by the result of a change that this process made.</summary>
    public void Put(TKey key, TValue value) => Keep(key, value, time.GetTimestamp());

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private bool TryGetFresh(Shelf shelf, TKey key, [NotNullWhen(true)] out Entry? entry, out TimeSpan age)
    {
        age = default;
        return shelf.TryGet(key, out entry) && (age = time.GetElapsedTime(entry.AsOf)) < bounds.TimeToLive;
    }

    private async Task RefreshAsync(TKey key, Entry entry)
    {
        try
        {
            await LoadOnceAsync(key);
        }
        catch (Exception)
        {
            // The value in hand stays good until its time is over; whoever then needs it gets the error of its own load.
            entry.EndRefresh();
        }
    }

    private Task<TValue?> LoadOnceAsync(TKey key) =>
        _loading.GetOrAdd(key, static (key, cache) => new Lazy<Task<TValue?>>(() => cache.LoadAsync(key)), this).Value;

    private async Task<TValue?> LoadAsync(TKey key)
    {
        try
        {
            await _gate.WaitAsync();
            try
            {
                // The age counts from before the load: a change that it did not see is seen within one time to live.
                var asOf = time.GetTimestamp();
                var value = await load(key, CancellationToken.None);
                Keep(key, value, asOf);
                return value;
            }
            finally
            {
                _gate.Release();
            }
        }
        finally
        {
            _loading.TryRemove(key, out _);
        }
    }

    private void Keep(TKey key, TValue? value, long asOf)
    {
        var (to, from) = value is null ? (_absent, _known) : (_known, _absent);
        to.Put(key, new Entry(value, asOf));
        from.RemoveUpTo(key, asOf);
    }

    private sealed class Entry(TValue? value, long asOf)
    {
        private int _refreshing;

        public TValue? Value => value;

        public long AsOf => asOf;

        public bool BeginRefresh() => _refreshing == 0 && Interlocked.Exchange(ref _refreshing, 1) == 0;

        public void EndRefresh() => Volatile.Write(ref _refreshing, 0);
    }

    /// <summary>Entries up to a number; a full shelf makes room by dropping its oldest quarter.</summary>
    private sealed class Shelf(int capacity)
    {
        private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
        private readonly Lock _sweeping = new();
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public bool TryGet(TKey key, [NotNullWhen(true)] out Entry? entry) => _entries.TryGetValue(key, out entry);

        public void Put(TKey key, Entry entry)
        {
            var added = false;
            _entries.AddOrUpdate(
                key,
                _ =>
                {
                    added = true;
                    return entry;
                },
                (_, present) =>
                {
                    added = false;
                    return present.AsOf > entry.AsOf ? present : entry;
                });
            if (added && Interlocked.Increment(ref _count) > capacity)
            {
                MakeRoom();
            }
        }

        public void RemoveUpTo(TKey key, long asOf)
        {
            if (_entries.TryGetValue(key, out var entry) && entry.AsOf <= asOf)
            {
                Remove(new KeyValuePair<TKey, Entry>(key, entry));
            }
        }

        private void Remove(KeyValuePair<TKey, Entry> pair)
        {
            if (_entries.TryRemove(pair))
            {
                Interlocked.Decrement(ref _count);
            }
        }

        private void MakeRoom()
        {
            lock (_sweeping)
            {
                if (Count <= capacity)
                {
                    return;
                }

                var snapshot = _entries.ToArray();
                Array.Sort(snapshot, static (left, right) => left.Value.AsOf.CompareTo(right.Value.AsOf));
                foreach (var pair in snapshot.AsSpan(0, Math.Max(1, snapshot.Length / 4)))
                {
                    Remove(pair);
                }
            }
        }
    }
}

/// <summary>The bounds of a cache.</summary>
/// <param name="TimeToLive">The greatest age of a value that is used.</param>
/// <param name="Known">How many values are kept.</param>
/// <param name="Absent">How many absences are kept.</param>
/// <param name="ConcurrentLoads">How many loads run at once; more wait.</param>
internal sealed record CacheBounds(TimeSpan TimeToLive, int Known, int Absent, int ConcurrentLoads);
