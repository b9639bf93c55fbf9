using Orleans.Runtime;

namespace Orleans.Streams;

/// <content>Delivering to the consumers.</content>
internal sealed partial class PullingAgent
{
    private int _deliveries;
    private TaskCompletionSource? _allDelivered;

    private bool IsBatching => _context.Options.BatchContainerBatchSize > 1;

    /// <summary>Attaches a subscription: its consumer is activated, says where it wants to begin, and gets what there is.</summary>
    /// <param name="stream">Its stream.</param>
    /// <param name="subscription">The subscription.</param>
    /// <param name="first">The event that the stream became known by; null if it was known before.</param>
    private async Task AttachAsync(ReadStream stream, PubSubSubscriptionState subscription, StreamSequenceToken? first)
    {
        try
        {
            if (stream.Find(subscription.SubscriptionId) is not { } consumer)
            {
                var reference = _context.Runtime.Silo.Factory.GetGrain<IStreamConsumerExtension>(subscription.Consumer);
                consumer = new StreamConsumer(subscription, reference);
                stream.Consumers.Add(consumer);
            }

            if (await AgreeOnPlaceAsync(consumer, first))
            {
                consumer.Processed = consumer.LastToken?.Token ?? first ?? consumer.Pending;
                consumer.Pending = null;
                consumer.IsRegistered = true;
                if (!consumer.IsActive)
                {
                    _ = DeliverAllAsync(consumer);
                }
            }
        }
        catch (Exception exception)
        {
            StreamLog.AttachingFailed(Logger, exception, subscription.SubscriptionId, stream.Id);
        }
    }

    private async Task<bool> AgreeOnPlaceAsync(StreamConsumer consumer, StreamSequenceToken? first)
    {
        StreamHandshakeToken? wanted = null;
        try
        {
            wanted = await RetryAsync(consumer, static it => it.Reference.GetSequenceToken(it.SubscriptionId));
            if (wanted is not null)
            {
                consumer.DisposeCursor();
                consumer.Cursor = CursorAt(consumer, wanted.Token, orElse: first);
            }
        }
        catch (Exception exception)
        {
            if (IsStopping || await FailAsync(consumer, exception, isDelivery: false, null, wanted?.Token))
            {
                return false;
            }
        }

        consumer.LastToken = wanted;
        consumer.Cursor ??= CursorAt(consumer, first ?? consumer.Pending, orElse: null);
        return !IsStopping;
    }

    /// <summary>A cursor at a place, or at another one if the first has left the cache.</summary>
    private IQueueCacheCursor CursorAt(StreamConsumer consumer, StreamSequenceToken? token, StreamSequenceToken? orElse)
    {
        try
        {
            return _cache.GetCacheCursor(consumer.Stream, token);
        }
        catch (QueueCacheMissException) when (token is not null)
        {
            return _cache.GetCacheCursor(consumer.Stream, orElse);
        }
    }

    /// <summary>Delivers until there is nothing left, in order, one batch after the other.</summary>
    private async Task DeliverAllAsync(StreamConsumer consumer)
    {
        consumer.IsActive = true;
        _deliveries++;
        try
        {
            while (consumer.Cursor is { } cursor && !(IsStopping && IsBatching))
            {
                var held = IsBatching ? cursor as IBatchDeliveryCursor : null;
                held?.BeginBatch();
                try
                {
                    var (batch, reached) = Next(consumer, cursor);
                    if (reached is null || IsStopping)
                    {
                        return;
                    }

                    if (batch is null)
                    {
                        consumer.Processed = reached;
                    }
                    else if (!await DeliverAsync(consumer, batch, reached))
                    {
                        return;
                    }
                }
                finally
                {
                    held?.EndBatch();
                }

                if (_isUnderPressure)
                {
                    _wake.Signal();
                }
            }
        }
        catch (Exception exception)
        {
            StreamLog.DeliveryGivenUp(Logger, exception, consumer.SubscriptionId, consumer.Stream, consumer.Processed);
        }
        finally
        {
            consumer.IsActive = false;
            if (--_deliveries == 0)
            {
                _allDelivered?.TrySetResult();
            }
        }
    }

    /// <summary>Delivers a batch, again and again if need be; false if the subscription is no more, or the agent stops.</summary>
    private async Task<bool> DeliverAsync(StreamConsumer consumer, IBatchContainer batch, StreamSequenceToken reached)
    {
        StreamHandshakeToken? wanted;
        try
        {
            if (_context.Runtime.Metrics.CountsSent)
            {
                _context.Runtime.Metrics.Sent(ProviderName, consumer.GrainTypeName);
            }

            var delivering = SendAsync(consumer, batch);
            wanted = delivering.IsCompletedSuccessfully ? delivering.Result : await RetryAsync(consumer, batch, delivering);
        }
        catch (Exception) when (IsStopping)
        {
            return false;
        }
        catch (Exception exception)
        {
            RecordFailure(consumer, batch);
            StreamLog.DeliveryGivenUp(Logger, exception, consumer.SubscriptionId, consumer.Stream, batch.SequenceToken);
            var told = IsGone(exception) ? exception : new StreamEventDeliveryFailureException(consumer.Stream.StreamId);
            return !await FailAsync(consumer, told, isDelivery: true, batch, batch.SequenceToken);
        }

        if (wanted is null)
        {
            consumer.LastToken = _context.Adapter.IsRewindable ? StreamHandshakeToken.Delivered(batch.SequenceToken) : null;
            consumer.Processed = reached;
        }
        else
        {
            GoTo(consumer, wanted, batch);
        }

        return true;
    }

    /// <summary>The consumer is elsewhere than the agent believed, and goes on from there.</summary>
    private void GoTo(StreamConsumer consumer, StreamHandshakeToken wanted, IBatchContainer refused)
    {
        IQueueCacheCursor cursor;
        try
        {
            cursor = _cache.GetCacheCursor(consumer.Stream, wanted.Token);
            if (!wanted.IsStart)
            {
                // It has had the event at that place.
                cursor.MoveNext();
            }
        }
        catch (QueueCacheMissException)
        {
            cursor = _cache.GetCacheCursor(consumer.Stream, refused.SequenceToken);
        }

        consumer.DisposeCursor();
        consumer.Cursor = cursor;
        consumer.LastToken = wanted;
        consumer.Processed = wanted.Token;
    }

    private Task<StreamHandshakeToken?> SendAsync(StreamConsumer consumer, IBatchContainer batch)
    {
        var hasContext = batch.ImportRequestContext();
        try
        {
            return consumer.Reference.DeliverBatch(consumer.SubscriptionId, consumer.Stream, batch, consumer.LastToken);
        }
        catch (Exception exception)
        {
            return Task.FromException<StreamHandshakeToken?>(exception);
        }
        finally
        {
            if (hasContext)
            {
                RequestContext.Clear();
            }
        }
    }

    private Task<StreamHandshakeToken?> RetryAsync(
        StreamConsumer consumer, IBatchContainer batch, Task<StreamHandshakeToken?> underWay) =>
        RetryAsync(consumer, it => Interlocked.Exchange(ref underWay!, null) ?? SendAsync(it, batch));

    /// <summary>Calls the consumer until it succeeds, or the time for it has passed.</summary>
    private async Task<StreamHandshakeToken?> RetryAsync(StreamConsumer consumer, Func<StreamConsumer, Task<StreamHandshakeToken?>> call)
    {
        var began = _context.Time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(consumer);
            }
            catch (Exception exception) when (!IsGone(exception) && !IsStopping && HasTime(began))
            {
                StreamLog.DeliveryFailed(Logger, exception, consumer.SubscriptionId, consumer.Stream, attempt);
                if (!await PauseAsync(_context.DeliveryBackoff.Next(attempt - 1)))
                {
                    throw;
                }
            }
        }
    }

    private static bool IsGone(Exception exception) => exception.GetBaseException() is ClientNotAvailableException;

    private bool HasTime(long began) =>
        _context.Options.MaxEventDeliveryTime is var most
        && (most == Timeout.InfiniteTimeSpan || most == TimeSpan.Zero || _context.Time.GetElapsedTime(began) < most);

    /// <summary>Tells consumer and handler of a failure; true if the subscription has ended by it.</summary>
    private async Task<bool> FailAsync(
        StreamConsumer consumer, Exception exception, bool isDelivery, IBatchContainer? batch, StreamSequenceToken? token)
    {
        if (IsGone(exception))
        {
            StreamLog.ConsumerGone(Logger, consumer.Grain, consumer.Stream);
            Detach(consumer.SubscriptionId, consumer.Stream);
            await TryAsync(() => _context.Provider.Subscriptions.RemoveAsync(consumer.Stream, consumer.SubscriptionId));
            return true;
        }

        await TellAsync(consumer, exception, batch);
        await TryAsync(() => isDelivery
            ? _failures.OnDeliveryFailure(consumer.SubscriptionId, ProviderName, consumer.Stream, token)
            : _failures.OnSubscriptionFailure(consumer.SubscriptionId, ProviderName, consumer.Stream, token));
        if (!_failures.ShouldFaultSubsriptionOnError || SubscriptionMarker.IsImplicit(consumer.SubscriptionId))
        {
            return false;
        }

        await TellAsync(consumer, new FaultedSubscriptionException(consumer.SubscriptionId, consumer.Stream), batch);
        await TryAsync(() => _context.Provider.Subscriptions.FaultAsync(consumer.Stream, consumer.SubscriptionId));
        Detach(consumer.SubscriptionId, consumer.Stream);
        return true;
    }

    private async Task TellAsync(StreamConsumer consumer, Exception exception, IBatchContainer? batch)
    {
        var hasContext = batch?.ImportRequestContext() == true;
        var telling = TryAsync(() => consumer.Reference.ErrorInStream(consumer.SubscriptionId, exception));
        if (hasContext)
        {
            RequestContext.Clear();
        }

        await telling;
    }

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception)
        {
            StreamLog.HandlerFailed(Logger, exception, ProviderName);
        }
    }

    private void RecordFailure(StreamConsumer consumer, IBatchContainer batch)
    {
        if (IsBatching && consumer.Cursor is IBatchDeliveryCursor several)
        {
            several.RecordDeliveryFailure(batch);
        }
        else
        {
            consumer.Cursor?.RecordDeliveryFailure();
        }
    }

    /// <summary>The next batch to deliver, and how far it goes; no batch if none passes the filter, no place if there is nothing.</summary>
    private (IBatchContainer? Batch, StreamSequenceToken? Reached) Next(StreamConsumer consumer, IQueueCacheCursor cursor)
    {
        if (!IsBatching)
        {
            return cursor.MoveNext() && cursor.GetCurrent(out _) is { } next
                ? (Passes(consumer, next) ? next : null, next.SequenceToken)
                : default;
        }

        List<IBatchContainer>? batches = null;
        StreamSequenceToken? reached = null;
        while ((batches?.Count ?? 0) < _context.Options.BatchContainerBatchSize && cursor.MoveNext() && cursor.GetCurrent(out _) is { } next)
        {
            reached = next.SequenceToken;
            if (Passes(consumer, next))
            {
                (batches ??= []).Add(next);
            }
        }

        return (batches is null ? null : new BatchContainerBatch(batches), reached);
    }

    private bool Passes(StreamConsumer consumer, IBatchContainer batch)
    {
        if (_context.Filter is not { } filter)
        {
            return true;
        }

        try
        {
            return batch.GetEvents<object>().Any(it => filter.ShouldDeliver(consumer.Stream, it.Item1, consumer.FilterData));
        }
        catch (Exception exception)
        {
            StreamLog.FilterFailed(Logger, exception, filter.GetType().Name, consumer.Stream, consumer.FilterData);
            return true;
        }
    }

    private void Detach(GuidId subscriptionId, StreamId streamId)
    {
        if (!_streams.TryGetValue(streamId, out var stream) || stream.Find(subscriptionId) is not { } consumer)
        {
            return;
        }

        stream.Consumers.Remove(consumer);
        consumer.DisposeCursor();
        if (stream.Consumers.Count == 0 && !stream.IsRegistering)
        {
            _streams.Remove(streamId);
        }
    }

    private async Task WaitForDeliveriesAsync(TimeSpan longest)
    {
        if (_deliveries == 0)
        {
            return;
        }

        _allDelivered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _allDelivered.Task.WaitAsync(longest, _context.Time);
        }
        catch (TimeoutException)
        {
            // They are delivered again by whoever reads the queue next.
        }
    }
}
