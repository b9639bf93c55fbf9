using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;
using Switchboard.Streams.PostgresLog;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// The reading of one partition under one lease. What is not a record of ours is parked where it stands in the order, before anything behind
/// it is handed out; when it cannot even be parked, the reading waits in front of it. One call at a time.
/// </summary>
internal sealed partial class KafkaPartitionReading
{
    private readonly KafkaStreamOptions _stream;
    private readonly KafkaPartitionFeed _feed;
    private readonly IDeadLetters _letters;
    private readonly KafkaInstruments _instruments;
    private readonly int _maxRecordBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Queue<KafkaBatchContainer> _flying = new();
    private readonly Watermark<long> _watermark;
    private bool _parkingFails;
    private long _oldest = long.MaxValue;
    private long _next;

    public KafkaPartitionReading(
        QueueLease lease, KafkaStreamOptions stream, KafkaPartitionFeed feed, IDeadLetters letters, KafkaTransport transport, ILogger logger)
    {
        (Lease, _stream, _feed, _letters, _instruments, _maxRecordBytes, _time, _logger) =
            (lease, stream, feed, letters, transport.Instruments, transport.Options.MaxRecordBytes, transport.Time, logger);
        _next = lease.Position?.Next ?? 0;
        _watermark = new Watermark<long>(_next);
        _instruments.Begin(this);
    }

    /// <summary>The lease under which it reads.</summary>
    public QueueLease Lease { get; }

    /// <summary>Where the records come from.</summary>
    public KafkaPartitionFeed Feed => _feed;

    /// <summary>The flavor.</summary>
    public string Flavor => _stream.Flavor;

    /// <summary>The tenant.</summary>
    public string Tenant => _stream.Tenant;

    /// <summary>Everything before this offset is done.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>Records that are not dealt with; null while the broker has not said how many there are.</summary>
    public long? Lag => _feed.HighWatermark is >= 0 and var end ? Math.Max(0, end - Next) : null;

    /// <summary>What is left to do. Called from any thread.</summary>
    public QueueBacklog Backlog()
    {
        var oldest = Volatile.Read(ref _oldest);
        var age = oldest == long.MaxValue ? TimeSpan.Zero : _time.GetUtcNow() - new DateTimeOffset(oldest, TimeSpan.Zero);
        return new QueueBacklog(Lag ?? _feed.Count, age > TimeSpan.Zero ? age : TimeSpan.Zero, _feed.Bytes);
    }

    /// <summary>Gives the next events, at most so many; waits for the first one a moment.</summary>
    /// <exception cref="KafkaUnavailableException">The partition cannot be read on.</exception>
    public async ValueTask<IList<IBatchContainer>> ReadAsync(int maxCount, CancellationToken cancellationToken)
    {
        if (!await _feed.WaitAsync(_stream.ReadWait, _time, cancellationToken))
        {
            return [];
        }

        List<IBatchContainer> batch = [];
        while (batch.Count < maxCount && _feed.TryPeek(out var record))
        {
            if (TryDecode(record, out var container, out var error))
            {
                if (_stream.Wants?.Invoke(container.Record) ?? true)
                {
                    batch.Add(container);
                    _flying.Enqueue(container);
                    _watermark.Read(record.Offset);
                }
                else
                {
                    _feed.Release(record.Size);
                }
            }
            else if (await TryParkAsync(record, error, cancellationToken))
            {
                _feed.Release(record.Size);
            }
            else
            {
                break;
            }

            _feed.Take();
            _watermark.Pass(record.Offset + 1);
        }

        Note();
        return batch;
    }

    /// <summary>Takes note of what all consumers are done with.</summary>
    /// <returns>The position that holds now.</returns>
    public QueuePosition Delivered(IEnumerable<KafkaBatchContainer> containers)
    {
        foreach (var container in containers)
        {
            if (ReferenceEquals(container.Reading, this) && !container.IsDelivered)
            {
                container.IsDelivered = true;
                _feed.Release(container.Size);
                _watermark.Done(container.Token.SequenceNumber);
            }
        }

        Note();
        return QueuePosition.Offset(_watermark.Value);
    }

    /// <summary>Takes note that nothing more is read.</summary>
    public void End() => _instruments.End(this);

    private bool TryDecode(KafkaRecord record, out KafkaBatchContainer container, out string error)
    {
        (container, error) = (null!, "");
        if (record.Value?.Length > _maxRecordBytes)
        {
            error = $"The record's value has {record.Value.Length} bytes; at most {_maxRecordBytes} are read ({KafkaOptions.Section}:{nameof(KafkaOptions.MaxRecordBytes)}).";
            return false;
        }

        try
        {
            var read = KafkaRecordCodec.Decode(record.Value);
            if (read.Tenant != _stream.Tenant)
            {
                error = $"The record is of tenant '{read.Tenant}', and this topic is tenant '{_stream.Tenant}''s.";
                return false;
            }

            container = new KafkaBatchContainer(
                StreamId.Create(_stream.Flavor, KafkaRecordCodec.KeyOf(read)), read, new LogSequenceToken(Lease.Epoch, 0, 0, record.Offset))
            {
                Reading = this,
                Size = record.Size,
            };
            return true;
        }
        catch (FormatException reason)
        {
            error = reason.Message;
            return false;
        }
    }

    private async ValueTask<bool> TryParkAsync(KafkaRecord record, string error, CancellationToken cancellationToken)
    {
        var source = KafkaParkedRecords.SourceOf(_feed.Partition, record.Offset);
        try
        {
            var isNew = await _letters.ParkAsync(KafkaParkedRecords.Letter(record, source, error, _stream), cancellationToken);
            _parkingFails = false;
            if (isNew)
            {
                _instruments.Parked(_stream);
                LogParked(_stream.Flavor, source, error);
            }

            return true;
        }
        catch (StorageUnavailableException away)
        {
            if (!_parkingFails)
            {
                _parkingFails = true;
                LogNotParked(_stream.Flavor, source, away);
            }

            return false;
        }
    }

    private void Note()
    {
        while (_flying.TryPeek(out var head) && head.IsDelivered)
        {
            _flying.Dequeue();
        }

        Volatile.Write(ref _oldest, _flying.TryPeek(out var oldest) ? oldest.Record.RecordedAt.UtcTicks : long.MaxValue);
        Volatile.Write(ref _next, _watermark.Value);
    }

    [LoggerMessage(6510, LogLevel.Error, "{Flavor}: {Source} is not a record that can be read and was parked as a dead letter: {Error}")]
    private partial void LogParked(string flavor, string source, string error);

    [LoggerMessage(6511, LogLevel.Warning, "{Flavor}: {Source} can be neither read nor parked while the database is away; its partition waits in front of it.")]
    private partial void LogNotParked(string flavor, string source, Exception error);
}
