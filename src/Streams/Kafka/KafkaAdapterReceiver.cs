using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Switchboard.Grains.DeadLetters;
using Switchboard.Streams.Caching;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Leases;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// Reads one partition while this process holds its lease, from the position that the lease came with. Every new lease begins anew there;
/// what was read under an earlier one no longer moves the position.
/// </summary>
internal sealed partial class KafkaAdapterReceiver(
    TopicPartition partition, KafkaStreamOptions stream, KafkaTransport transport, StreamQueueCache cache,
    QueueKeeper keeper, IDeadLetters letters, StreamInstruments streams, ILogger<KafkaAdapterReceiver> logger) : IQueueAdapterReceiver
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private readonly QueueName _queue = new(stream.Flavor, transport.SourceOf(partition.Topic), partition.Partition.Value);
    private readonly KafkaConsumerLoop _consumer = transport.Consumers.For(stream.Flavor, partition.Topic);
    private readonly TimeProvider _time = transport.Time;
    private IDisposable? _metrics;
    private QueueSlot? _slot;
    private KafkaPartitionReading? _reading;
    private long _noted;
    private long? _failedAt;

    /// <summary>Whether the last reading ended with an error and none has given anything since.</summary>
    internal bool HasFailed => _failedAt is not null;

    /// <summary>The queue as this process wants it, once it is initialised.</summary>
    internal QueueSlot? Slot => _slot;

    public Task Initialize(TimeSpan timeout)
    {
        Open();
        return Task.CompletedTask;
    }

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        // The agent goes on pulling after an initialization that failed.
        var slot = Open();
        var changed = slot.Changed;
        if (slot.Held is not { } lease)
        {
            Leave();
            await Task.WhenAny(changed, Task.Delay(stream.ReadWait, _time, cancellationToken));
            return [];
        }

        if (_reading?.Lease.Epoch != lease.Epoch)
        {
            Leave();
            if (_failedAt is { } failed && _time.GetElapsedTime(failed) < _pauseAfterFailure)
            {
                await Task.WhenAny(Task.Delay(stream.ReadWait, _time, cancellationToken));
                return [];
            }

            _noted = lease.Position?.Next ?? 0;
            _reading = new KafkaPartitionReading(
                lease, stream, _consumer.Attach(partition, lease.Position?.Next), letters, transport, _logger);
        }

        try
        {
            var batch = await _reading.ReadAsync(maxCount == QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG ? transport.Options.CacheRecords : maxCount, cancellationToken);
            if (batch.Count > 0)
            {
                _failedAt = null;
            }

            Advance(_reading, []);
            return batch;
        }
        catch (KafkaUnavailableException error)
        {
            // Tried again after a pause: what is wrong may be put right, and the queue must not look idle meanwhile.
            _failedAt = _time.GetTimestamp();
            LogUnreadable(stream.Flavor, partition.ToString(), error);
            Leave();
            return [];
        }
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages, CancellationToken cancellationToken)
    {
        if (_reading is { } reading)
        {
            Advance(reading, messages.OfType<KafkaBatchContainer>());
        }

        return Task.CompletedTask;
    }

    public async Task Shutdown(TimeSpan timeout)
    {
        Leave();
        _metrics?.Dispose();
        if (_slot is { } slot)
        {
            _slot = null;
            try
            {
                await slot.DisposeAsync().AsTask().WaitAsync(timeout, _time);
            }
            catch (TimeoutException)
            {
                LogNotGivenBack(stream.Flavor, partition.ToString(), timeout);
            }
        }
    }

    Task<IList<IBatchContainer>> IQueueAdapterReceiver.GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    Task IQueueAdapterReceiver.MessagesDeliveredAsync(IList<IBatchContainer> messages) => MessagesDeliveredAsync(messages, CancellationToken.None);

    private void Advance(KafkaPartitionReading reading, IEnumerable<KafkaBatchContainer> delivered)
    {
        if (reading.Feed.HighWatermark is >= 0 and var end)
        {
            _slot?.NoteEnd(end);
        }

        var position = reading.Delivered(delivered);
        if (position.Next > _noted)
        {
            _noted = position.Next;
            _slot?.Advance(reading.Lease, position);
            _consumer.Mirror(new TopicPartitionOffset(partition, position.Next));
        }
    }

    private QueueSlot Open()
    {
        _metrics ??= streams.ObserveQueue(stream.Tenant, _queue, () => _reading?.Backlog());
        return _slot ??= keeper.Open(_queue);
    }

    /// <summary>Ends the reading; what of it has not reached a handler is forgotten, since it is read anew.</summary>
    private void Leave()
    {
        if (_reading is { } reading)
        {
            _reading = null;
            reading.End();
            cache.Clear();
            _consumer.Detach(reading.Feed);
        }
    }

    [LoggerMessage(6520, LogLevel.Error, "{Flavor}: {Partition} is not read now; tried again in a few seconds.")]
    private partial void LogUnreadable(string flavor, string partition, Exception error);

    [LoggerMessage(6521, LogLevel.Warning, "{Flavor}: the lease on {Partition} could not be given back within {Timeout}; others take it when it has run out.")]
    private partial void LogNotGivenBack(string flavor, string partition, TimeSpan timeout);
}
