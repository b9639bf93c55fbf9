using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Providers.Streams.Common;

/// <summary>Makes caches that are bounded by a number of batches.</summary>
public class SimpleQueueAdapterCache(SimpleQueueCacheOptions options, string providerName, ILoggerFactory loggerFactory) : IQueueAdapterCache
{
    /// <summary>Name of the setting for the size.</summary>
    public const string CacheSizePropertyName = "CacheSize";

    /// <inheritdoc/>
    public IQueueCache CreateQueueCache(QueueId queueId) =>
        new SimpleQueueCache(options.CacheSize, loggerFactory.CreateLogger($"{typeof(SimpleQueueCache).FullName}.{providerName}.{queueId}"));
}

/// <summary>
/// A cache that is bounded by a number of batches. Batches are forgotten from the oldest on, up to the first that a cursor stands at; so
/// the slowest consumer decides. Each stream's batches are also linked to one another, so that a cursor's move does not depend on how
/// much of other streams lies between.
/// </summary>
public class SimpleQueueCache : IQueueCache
{
    private const int Parts = 10;

    private readonly Dictionary<StreamId, CachedStream> _streams = [];
    private readonly int _size;
    private readonly int _kept;
    private CachedBatch? _oldest;
    private CachedBatch? _newest;

    /// <summary>A cache of so many batches.</summary>
    public SimpleQueueCache(int cacheSize, ILogger logger)
        : this(cacheSize, 0)
    {
        ArgumentNullException.ThrowIfNull(logger);
    }

    /// <summary>A cache that keeps some batches although all consumers had them, so that others may rewind.</summary>
    internal SimpleQueueCache(int size, int kept)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _size = size;
        _kept = kept;
    }

    /// <summary>The number of batches.</summary>
    public int Size { get; private set; }

    /// <inheritdoc/>
    public int GetMaxAddCount() => Math.Max(_size / Parts, 1);

    /// <inheritdoc/>
    public virtual bool IsUnderPressure() => Size + GetMaxAddCount() > _size;

    /// <inheritdoc/>
    /// <exception cref="CacheFullException">The batches do not fit.</exception>
    public virtual void AddToCache(IList<IBatchContainer> msgs)
    {
        ArgumentNullException.ThrowIfNull(msgs);
        foreach (var batch in msgs)
        {
            if (Size == _size)
            {
                throw new CacheFullException($"The cache holds {Size} batches, which is as many as it may.");
            }

            Append(new CachedBatch(batch));
        }
    }

    /// <inheritdoc/>
    public virtual bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        List<IBatchContainer>? purged = null;
        while (Size > _kept && _oldest is { Cursors: 0 } oldest)
        {
            purged ??= [];
            if (!oldest.HasFailed)
            {
                purged.Add(oldest.Batch);
            }

            Remove(oldest);
        }

        purgedItems = purged;
        return purged is not null;
    }

    /// <inheritdoc/>
    /// <exception cref="QueueCacheMissException">The place is older than everything in the cache.</exception>
    public virtual IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        if (token is not null && _oldest is not null && token.Older(_oldest.Batch.SequenceToken))
        {
            throw new QueueCacheMissException(token, _oldest.Batch.SequenceToken, _newest!.Batch.SequenceToken);
        }

        return new SimpleQueueCacheCursor(this, streamId, Find(streamId, token), token);
    }

    /// <summary>The stream's first batch at the place or after it, or at the very end; null if it is still to come.</summary>
    internal CachedBatch? Find(StreamId streamId, StreamSequenceToken? token)
    {
        if (!_streams.TryGetValue(streamId, out var stream))
        {
            return null;
        }

        if (token is null)
        {
            return ReferenceEquals(stream.Newest, _newest) ? stream.Newest : null;
        }

        var batch = stream.Oldest;
        while (batch is not null && batch.Batch.SequenceToken.Older(token))
        {
            batch = batch.NextInStream;
        }

        return batch;
    }

    private void Append(CachedBatch item)
    {
        if (_newest is null)
        {
            _oldest = item;
        }
        else
        {
            _newest.Next = item;
        }

        _newest = item;
        Size++;
        var id = item.Batch.StreamId;
        if (_streams.TryGetValue(id, out var stream))
        {
            stream.Newest.NextInStream = item;
            stream.Newest = item;
        }
        else
        {
            _streams.Add(id, new CachedStream(item));
        }
    }

    private void Remove(CachedBatch oldest)
    {
        _oldest = oldest.Next;
        if (_oldest is null)
        {
            _newest = null;
        }

        Size--;
        // The queue's oldest batch is also the oldest of its stream.
        if (oldest.NextInStream is { } next)
        {
            _streams[oldest.Batch.StreamId].Oldest = next;
        }
        else
        {
            _streams.Remove(oldest.Batch.StreamId);
        }
    }

    private sealed class CachedStream(CachedBatch first)
    {
        internal CachedBatch Oldest { get; set; } = first;

        internal CachedBatch Newest { get; set; } = first;
    }
}

/// <summary>A batch in a cache, linked to the next one of the queue and the next one of its stream.</summary>
internal sealed class CachedBatch(IBatchContainer batch)
{
    internal IBatchContainer Batch => batch;

    internal CachedBatch? Next { get; set; }

    internal CachedBatch? NextInStream { get; set; }

    /// <summary>How many cursors stand here.</summary>
    internal int Cursors { get; set; }

    /// <summary>It was not delivered, and must not be reported so.</summary>
    internal bool HasFailed { get; set; }
}
