using System.Collections.Immutable;
using System.Text;
using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Streams.Partitioning;

namespace Switchboard.Streams.PostgresLog;

/// <summary>A piece of the log that all flavors of a process share.</summary>
internal sealed class LogPage
{
    private readonly bool[] _partitions;

    public LogPage(FeedPosition after, ImmutableArray<EventRecord> records, int partitions, bool more)
    {
        _partitions = new bool[partitions];
        var events = ImmutableArray.CreateBuilder<LogEvent>(records.Length);
        foreach (var record in records)
        {
            var one = new LogEvent(record, partitions);
            _partitions[one.Partition] = true;
            events.Add(one);
            Characters += record.Payload.Length;
        }

        (After, Events, More) = (after, events.DrainToImmutable(), more);
    }

    /// <summary>The position that was read from.</summary>
    public FeedPosition After { get; }

    /// <summary>The position of the last event.</summary>
    public FeedPosition Last => Events.IsEmpty ? After : Events[^1].Position;

    /// <summary>In order.</summary>
    public ImmutableArray<LogEvent> Events { get; }

    /// <summary>Whether there are committed events behind the horizon.</summary>
    public bool More { get; }

    /// <summary>The length of all bodies.</summary>
    public long Characters { get; }

    /// <summary>Whether a partition has an event in it.</summary>
    public bool Has(int partition) => _partitions[partition];
}

/// <summary>An event of the log with what every flavor needs to know about it.</summary>
internal readonly struct LogEvent
{
    public LogEvent(EventRecord record, int partitions)
    {
        Record = record;
        Key = Encoding.UTF8.GetBytes(GrainKeys.Of(record.OrgId, record.StreamId));
        Partition = StreamPartition.Of(Key, partitions);
    }

    public EventRecord Record { get; }

    /// <summary>The key of its stream, as UTF-8.</summary>
    public byte[] Key { get; }

    public int Partition { get; }

    public FeedPosition Position => new(Record.Epoch, Record.Tx, Record.Seq);
}
