using System.Collections.Concurrent;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Access;

/// <summary>
/// Values that are read again when they are older than a time to live: by the one who needs them, one reader for all who wait, and in the
/// second half of their life in the background. When they cannot be read, the last ones are good for a while longer. Thread-safe.
/// </summary>
internal sealed class AgingCache<TKey, TValue>(
    Func<TKey, ValueTask<TValue>> load, TimeSpan timeToLive, TimeSpan longestUnknown, int capacity, TimeProvider time)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private readonly ConcurrentDictionary<TKey, Lazy<Task<Entry>>> _loading = new();
    private int _changes;

    public ValueTask<TValue> GetAsync(TKey key)
    {
        if (_entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.AsOf) is var age && age < timeToLive)
        {
            if (age > timeToLive / 2)
            {
                _ = RefreshAsync(key);
            }

            return new ValueTask<TValue>(entry.Value);
        }

        return WaitAsync(key, entry);
    }

    /// <summary>What is known is no longer true; a reading that has begun does not count either.</summary>
    public void Forget(TKey key)
    {
        Interlocked.Increment(ref _changes);
        _loading.TryRemove(key, out _);
        _entries.TryRemove(key, out _);
    }

    private async ValueTask<TValue> WaitAsync(TKey key, Entry? former)
    {
        try
        {
            return (await LoadOnceAsync(key)).Value;
        }
        catch (StorageUnavailableException) when (former is not null && time.GetElapsedTime(former.AsOf) < longestUnknown)
        {
            return former.Value;
        }
    }

    private async Task RefreshAsync(TKey key)
    {
        try
        {
            await LoadOnceAsync(key);
        }
        catch (Exception)
        {
            // The value in hand stays good until its time is over; whoever then needs it gets the error of its own reading.
        }
    }

    private Task<Entry> LoadOnceAsync(TKey key) =>
        _loading.GetOrAdd(key, static (key, cache) => new Lazy<Task<Entry>>(() => cache.LoadAsync(key)), this).Value;

    private async Task<Entry> LoadAsync(TKey key)
    {
        try
        {
            var changes = Volatile.Read(ref _changes);
            var asOf = time.GetTimestamp();
            var entry = new Entry(await load(key), asOf);
            if (_entries.Count >= capacity)
            {
                _entries.Clear();
            }

            _entries[key] = entry;
            if (changes != Volatile.Read(ref _changes))
            {
                _entries.TryRemove(KeyValuePair.Create(key, entry));
            }

            return entry;
        }
        finally
        {
            _loading.TryRemove(key, out _);
        }
    }

    private sealed record Entry(TValue Value, long AsOf);
}
