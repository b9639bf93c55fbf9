using System.Globalization;
using Orleans;
using Orleans.Streams;
using Switchboard.Grains.EventStore;

namespace Switchboard.Streams.PostgresLog;

/// <summary>
/// An event's place in its stream, as the log has it. The epoch of the lease comes first: what is read again after a rewind is newer than
/// what was read before it.
/// </summary>
[GenerateSerializer, Immutable, Alias("switchboard.LogSequenceToken")]
public sealed class LogSequenceToken : StreamSequenceToken
{
    /// <summary>A place.</summary>
    public LogSequenceToken(long leaseEpoch, long logEpoch, ulong tx, long seq)
    {
        (LeaseEpoch, LogEpoch, Tx, SequenceNumber) = (leaseEpoch, logEpoch, tx, seq);
    }

    /// <summary>The lease under which the event was read.</summary>
    [Id(0)] public long LeaseEpoch { get; private set; }

    /// <summary>The log's epoch.</summary>
    [Id(1)] public long LogEpoch { get; private set; }

    /// <summary>The transaction that wrote the event.</summary>
    [Id(2)] public ulong Tx { get; private set; }

    /// <summary>The event's number in the log.</summary>
    [Id(3)] public override long SequenceNumber { get; protected set; }

    /// <summary>Always 0: each event is a batch of its own.</summary>
    [Id(4)] public override int EventIndex { get; protected set; }

    /// <summary>The event's position in the log.</summary>
    public FeedPosition Position => new(LogEpoch, Tx, SequenceNumber);

    /// <inheritdoc/>
    public override bool Equals(StreamSequenceToken? other) =>
        other is LogSequenceToken token
        && (token.LeaseEpoch, token.LogEpoch, token.Tx, token.SequenceNumber) == (LeaseEpoch, LogEpoch, Tx, SequenceNumber);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(LeaseEpoch, LogEpoch, Tx, SequenceNumber);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The other is of another provider.</exception>
    public override int CompareTo(StreamSequenceToken? other) => other switch
    {
        null => 1,
        LogSequenceToken token => (LeaseEpoch, LogEpoch, Tx, SequenceNumber).CompareTo((token.LeaseEpoch, token.LogEpoch, token.Tx, token.SequenceNumber)),
        _ => throw new ArgumentException($"A place in the log cannot be compared with a {other.GetType().Name}.", nameof(other)),
    };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{LogEpoch}/{Tx}/{SequenceNumber} (lease {LeaseEpoch})");
}
