using System.Threading.Channels;
using Confluent.Kafka;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// The records of one partition between the consumer's thread, which adds them, and the receiver, which takes them in order. Counts what is
/// in memory until <see cref="Release"/> says that it is handled.
/// </summary>
internal sealed class KafkaPartitionFeed(TopicPartition partition, int maxRecords, int maxBytes)
{
    private readonly Channel<KafkaRecord> _records = Channel.CreateUnbounded<KafkaRecord>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private Task<bool>? _arrival;
    private long _bytes;
    private int _count;
    private long _highWatermark = -1;

    /// <summary>What is read.</summary>
    public TopicPartition Partition { get; } = partition;

    /// <summary>Bytes in memory.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Records in memory.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The offset that the next record that is published will have, as last told by the broker; -1 while it is not known.</summary>
    public long HighWatermark
    {
        get => Volatile.Read(ref _highWatermark);
        set => Volatile.Write(ref _highWatermark, value);
    }

    /// <summary>Whether reading has to pause.</summary>
    public bool IsFull => Count >= maxRecords || Bytes >= maxBytes;

    /// <summary>Whether a paused reading may go on: well below the bound, because a pause throws away what was fetched ahead.</summary>
    public bool HasRoom => Count <= maxRecords / 2 && Bytes <= maxBytes / 2;

    /// <summary>Whether the consumer's thread has paused the partition. Only that thread uses it.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Adds a record.</summary>
    public void Add(KafkaRecord record)
    {
        Interlocked.Add(ref _bytes, record.Size);
        Interlocked.Increment(ref _count);
        _records.Writer.TryWrite(record);
    }

    /// <summary>Ends the feed: what is in it can still be taken, then the error is thrown.</summary>
    public void Fail(Exception error) => _records.Writer.TryComplete(error);

    /// <summary>Looks at the next record without taking it.</summary>
    public bool TryPeek(out KafkaRecord record) => _records.Reader.TryPeek(out record!);

    /// <summary>Takes the record that was looked at.</summary>
    public void Take() => _records.Reader.TryRead(out _);

    /// <summary>Waits for a record; false when there is none within the time or the wait was cancelled.</summary>
    /// <exception cref="KafkaUnavailableException">The partition cannot be read on; the message says why.</exception>
    public async ValueTask<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_records.Reader.TryPeek(out _))
        {
            return true;
        }

        // A wait that ran out stays open and serves the next call; cancelling it each time would cost an exception each time.
        _arrival ??= _records.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        await Task.WhenAny(_arrival, Task.Delay(atMost, time, cancellationToken));
        if (!_arrival.IsCompleted)
        {
            return false;
        }

        var arrival = _arrival;
        _arrival = null;
        return await arrival;
    }

    /// <summary>Forgets a record that is handled.</summary>
    public void Release(int size)
    {
        Interlocked.Add(ref _bytes, -size);
        Interlocked.Decrement(ref _count);
    }
}
