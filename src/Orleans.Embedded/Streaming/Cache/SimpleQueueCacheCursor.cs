using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Streams
{
    /// <summary>A cursor that can hold on to several batches while they are delivered together.</summary>
    internal interface IBatchDeliveryCursor : IQueueCacheCursor
    {
        /// <summary>Keeps what is read from here on in the cache, until <see cref="EndBatch"/>.</summary>
        void BeginBatch();

        void EndBatch();

        void RecordDeliveryFailure(IBatchContainer batch);
    }
}

namespace Orleans.Providers.Streams.Common
{
    /// <summary>A consumer's place in a <see cref="SimpleQueueCache"/>; the batch it stands at stays in the cache.</summary>
    internal sealed class SimpleQueueCacheCursor : IBatchDeliveryCursor
    {
        private readonly SimpleQueueCache _cache;
        private readonly StreamId _streamId;
        private CachedBatch? _place;
        private CachedBatch? _held;
        private bool _isAhead;
        private bool _isDisposed;

        /// <summary>Where to begin when the next batch comes; null: at that batch.</summary>
        private StreamSequenceToken? _awaited;

        internal SimpleQueueCacheCursor(SimpleQueueCache cache, StreamId streamId, CachedBatch? place, StreamSequenceToken? token)
        {
            _cache = cache;
            _streamId = streamId;
            _awaited = place is null ? token : null;
            Stand(place);
        }

        public IBatchContainer? GetCurrent(out Exception? exception)
        {
            exception = null;
            return _isAhead ? null : _place?.Batch;
        }

        public bool MoveNext()
        {
            if (_place is null)
            {
                return false;
            }

            if (_isAhead)
            {
                _isAhead = false;
                return true;
            }

            Stand(_place.NextInStream);
            _isAhead = false;
            return _place is not null;
        }

        public void Refresh(StreamSequenceToken token)
        {
            if (_place is null && !_isDisposed)
            {
                Stand(_cache.Find(_streamId, _awaited ?? token));
                _awaited = _place is null ? _awaited ?? token : null;
            }
        }

        public void RecordDeliveryFailure()
        {
            if (_place is not null)
            {
                _place.HasFailed = true;
            }
        }

        public void BeginBatch()
        {
            _held = _place;
            if (_held is not null)
            {
                _held.Cursors++;
            }
        }

        public void EndBatch()
        {
            if (_held is not null)
            {
                _held.Cursors--;
                _held = null;
            }
        }

        public void RecordDeliveryFailure(IBatchContainer batch)
        {
            var failed = (batch as IBatchContainerBatch)?.BatchContainers ?? [batch];
            for (var item = _held; item is not null; item = item.NextInStream)
            {
                item.HasFailed |= failed.Contains(item.Batch);
            }
        }

        public void Dispose()
        {
            _isDisposed = true;
            EndBatch();
            Stand(null);
        }

        private void Stand(CachedBatch? place)
        {
            if (_place is not null)
            {
                _place.Cursors--;
            }

            _place = place;
            _isAhead = place is not null;
            if (place is not null)
            {
                place.Cursors++;
            }
        }
    }
}
