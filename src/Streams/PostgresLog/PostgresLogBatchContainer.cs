using Orleans;
using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Events;

namespace Switchboard.Streams.PostgresLog;

/// <summary>One event on its way from the log to its consumers.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.PostgresLogBatchContainer")]
public sealed class PostgresLogBatchContainer : IBatchContainer
{
    // What an event takes in memory beside its payload, roughly.
    private const int Overhead = 600;

    /// <summary>An event with its place.</summary>
    public PostgresLogBatchContainer(StreamId streamId, LogSequenceToken token, EventRecord record) => (StreamId, Token, Record) = (streamId, token, record);

    /// <inheritdoc/>
    [Id(0)] public StreamId StreamId { get; private set; }

    /// <summary>Its place.</summary>
    [Id(1)] public LogSequenceToken Token { get; private set; }

    /// <summary>The event.</summary>
    [Id(2)] public EventRecord Record { get; private set; }

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken => Token;

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => Record is T item ? [Tuple.Create(item, SequenceToken)] : [];

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;

    /// <summary>What it takes in memory.</summary>
    internal static int SizeOf(IBatchContainer batch) => Overhead + (((PostgresLogBatchContainer)batch).Record.Payload.Length * sizeof(char));
}
