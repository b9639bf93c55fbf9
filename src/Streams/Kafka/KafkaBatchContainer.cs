using Orleans;
using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Events;
using Switchboard.Streams.PostgresLog;

namespace Switchboard.Streams.Kafka;

/// <summary>One record: one event of one case.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.KafkaBatchContainer")]
public sealed class KafkaBatchContainer : IBatchContainer
{
    /// <summary>Wraps an event.</summary>
    /// <param name="streamId">Its stream.</param>
    /// <param name="record">The event.</param>
    /// <param name="token">Its place in the partition.</param>
    public KafkaBatchContainer(StreamId streamId, EventRecord record, LogSequenceToken token) =>
        (StreamId, Record, Token) = (streamId, record, token);

    /// <inheritdoc/>
    [Id(0)]
    public StreamId StreamId { get; }

    /// <summary>The event.</summary>
    [Id(1)]
    public EventRecord Record { get; }

    /// <summary>Its place in the partition: the lease under which it was read, and the offset.</summary>
    [Id(2)]
    public LogSequenceToken Token { get; }

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken => Token;

    /// <summary>The reading that it came from, in the process that read it.</summary>
    [field: NonSerialized]
    internal KafkaPartitionReading? Reading { get; init; }

    /// <summary>What it is counted as against the bounds.</summary>
    [field: NonSerialized]
    internal int Size { get; init; }

    /// <summary>Whether all consumers are done with it; the receiver's own note.</summary>
    [field: NonSerialized]
    internal bool IsDelivered { get; set; }

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => Record is T item ? [Tuple.Create(item, SequenceToken)] : [];

    /// <summary>What it is counted as against the bounds of a cache.</summary>
    internal static int SizeOf(IBatchContainer batch) => ((KafkaBatchContainer)batch).Size;

    /// <summary>Nothing: what an event was caused by stands in the event.</summary>
    public bool ImportRequestContext() => false;

    /// <inheritdoc/>
    public override string ToString() => $"{StreamId} {Record.Type} v{Record.Version} at {Token}";
}
