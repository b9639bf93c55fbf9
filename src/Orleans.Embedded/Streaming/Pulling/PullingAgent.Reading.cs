using Orleans.Runtime;

namespace Orleans.Streams;

/// <content>Reading the queue, and finding the consumers of the streams in it.</content>
internal sealed partial class PullingAgent
{
    private const int MaxReadAttempts = 7;

    /// <summary>How often in the inactivity period streams are looked through.</summary>
    private const int Cleanups = 10;

    private long _reads;
    private long _lastCleanup;
    private int _registering;
    private bool _isUnderPressure;

    /// <summary>Reads until the queue is empty, or reading has to pause.</summary>
    private async Task PumpAsync()
    {
        var attempt = 1;
        while (!IsStopping)
        {
            try
            {
                if (!await ReadAsync())
                {
                    return;
                }

                attempt = 1;
            }
            catch (Exception) when (IsStopping)
            {
                return;
            }
            catch (Exception exception) when (attempt == MaxReadAttempts)
            {
                StreamLog.ReadGivenUp(Logger, exception, ProviderName, Queue, attempt);
                return;
            }
            catch (Exception exception)
            {
                StreamLog.ReadFailed(Logger, exception, ProviderName, Queue, attempt);
                if (!await PauseAsync(_context.ReadingBackoff.Next(attempt - 1)))
                {
                    return;
                }

                attempt++;
            }
        }
    }

    /// <summary>Reads once; false if there was nothing, or reading has to pause.</summary>
    private async Task<bool> ReadAsync()
    {
        // The first events of a stream stay in the cache until its consumers have been found, so that the cache must not fill meanwhile.
        var most = _cache.GetMaxAddCount();
        if (_registering != 0 || most == 0 || most < QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG)
        {
            return false;
        }

        ForgetInactiveStreams();
        await ForgetDeliveredAsync(_stopping);
        _isUnderPressure = _cache.IsUnderPressure();
        if (_isUnderPressure)
        {
            StreamLog.UnderPressure(Logger, ProviderName, Queue);
            return false;
        }

        var reading = _receiver.GetQueueMessagesAsync(most, _stopping);
        var isHere = reading.IsCompleted;
        var batches = await reading;
        if (IsStopping || batches is null || batches.Count == 0)
        {
            return false;
        }

        if (isHere)
        {
            // A receiver that never waits must not keep the deliveries that do from going on.
            await Task.Yield();
        }

        _cache.AddToCache(batches);
        _context.Runtime.Metrics.Read(batches.Count, ProviderName, Queue);
        Announce(batches);
        return true;
    }

    private void Announce(IList<IBatchContainer> batches)
    {
        var read = ++_reads;
        var now = _context.Time.GetTimestamp();
        foreach (var batch in batches)
        {
            if (batch is null)
            {
                continue;
            }

            if (!_streams.TryGetValue(batch.StreamId, out var stream))
            {
                stream = new ReadStream(new QualifiedStreamId(ProviderName, batch.StreamId)) { LastRead = now, ReadNumber = read };
                _streams.Add(batch.StreamId, stream);
                _ = RegisterAsync(stream, batch.SequenceToken);
            }
            else if (stream.ReadNumber != read)
            {
                stream.ReadNumber = read;
                stream.LastRead = now;
                WakeConsumers(stream, batch.SequenceToken);
            }
        }
    }

    private void WakeConsumers(ReadStream stream, StreamSequenceToken first)
    {
        for (var i = 0; i < stream.Consumers.Count; i++)
        {
            var consumer = stream.Consumers[i];
            if (!consumer.IsRegistered)
            {
                consumer.Pending = consumer.Pending is { } pending && !first.Older(pending) ? pending : first;
                continue;
            }

            Refresh(consumer, first);
            if (!consumer.IsActive)
            {
                _ = DeliverAllAsync(consumer);
            }
        }
    }

    private void Refresh(StreamConsumer consumer, StreamSequenceToken first)
    {
        try
        {
            consumer.Cursor?.Refresh(first);
        }
        catch (QueueCacheMissException)
        {
            // It awaited a place that was never filled.
            consumer.DisposeCursor();
            consumer.Cursor = _cache.GetCacheCursor(consumer.Stream, first);
        }
    }

    private async Task RegisterAsync(ReadStream stream, StreamSequenceToken first)
    {
        stream.IsRegistering = true;
        _registering++;
        var pin = _cache.GetCacheCursor(stream.Id, first);
        var isFound = false;
        try
        {
            for (var attempt = 0; !IsStopping; attempt++)
            {
                try
                {
                    var subscriptions = await _context.Provider.Subscriptions.OfAsync(stream.Id);
                    await Task.WhenAll(subscriptions.Select(it => AttachAsync(stream, it, first)));
                    isFound = true;
                    return;
                }
                catch (Exception exception)
                {
                    StreamLog.RegistrationFailed(Logger, exception, stream.Id);
                    await PauseAsync(_context.DeliveryBackoff.Next(attempt));
                }
            }
        }
        finally
        {
            // Without the consumers' cursors nothing but the pin tells the cache that an agent which stops has not delivered these events.
            if (!IsStopping || (isFound && stream.Consumers.TrueForAll(it => it.Cursor is not null)))
            {
                pin.Dispose();
            }

            stream.IsRegistering = false;
            _registering--;
            _wake.Signal();
        }
    }

    /// <summary>Tells the receiver what is done with. A failure is not repeated: later batches carry the position on.</summary>
    private async Task ForgetDeliveredAsync(CancellationToken cancellationToken)
    {
        if (!_cache.TryPurgeFromCache(out var purged))
        {
            return;
        }

        try
        {
            await _receiver.MessagesDeliveredAsync(purged, cancellationToken);
        }
        catch (Exception exception)
        {
            StreamLog.NotingFailed(Logger, exception, ProviderName, Queue, purged.Count);
        }
    }

    private void ForgetInactiveStreams()
    {
        var period = _context.Options.StreamInactivityPeriod;
        var now = _context.Time.GetTimestamp();
        if (_context.Time.GetElapsedTime(_lastCleanup, now) < period / Cleanups)
        {
            return;
        }

        _lastCleanup = now;
        foreach (var stream in _streams.Values)
        {
            if (_context.Time.GetElapsedTime(stream.LastRead, now) >= period && !stream.IsRegistering && !stream.Consumers.Exists(it => it.IsActive))
            {
                _streams.Remove(stream.Id);
                stream.Consumers.ForEach(it => it.DisposeCursor());
            }
        }
    }

    /// <summary>Waits; false if the agent stops.</summary>
    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _context.Time, _stopping);
            return !IsStopping;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
