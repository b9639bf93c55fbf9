using System.Globalization;
using Orleans.Streams;

namespace Orleans.Streams
{
    /// <summary>A place in a stream. Tokens of one provider can be compared.</summary>
    [GenerateSerializer]
    [Immutable]
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken>, IComparable<StreamSequenceToken>
    {
        /// <summary>The number of the batch.</summary>
        public abstract long SequenceNumber { get; protected set; }

        /// <summary>The event within the batch.</summary>
        public abstract int EventIndex { get; protected set; }

        /// <inheritdoc/>
        public abstract bool Equals(StreamSequenceToken? other);

        /// <inheritdoc/>
        public abstract int CompareTo(StreamSequenceToken? other);
    }

    /// <summary>Comparisons that read well.</summary>
    public static class StreamSequenceTokenUtilities
    {
        /// <summary>Whether this comes after the other.</summary>
        public static bool Newer(this StreamSequenceToken me, StreamSequenceToken other) => me.CompareTo(other) > 0;

        /// <summary>Whether this comes before the other.</summary>
        public static bool Older(this StreamSequenceToken me, StreamSequenceToken other) => me.CompareTo(other) < 0;
    }
}

namespace Orleans.Providers.Streams.Common
{
    /// <summary>A place that is a number and an index.</summary>
    [GenerateSerializer]
    [Immutable]
    public class EventSequenceToken : StreamSequenceToken
    {
        /// <summary>The place zero.</summary>
        public EventSequenceToken()
        {
        }

        /// <summary>A place.</summary>
        public EventSequenceToken(long sequenceNumber)
            : this(sequenceNumber, 0)
        {
        }

        /// <summary>A place.</summary>
        public EventSequenceToken(long sequenceNumber, int eventIndex)
        {
            SequenceNumber = sequenceNumber;
            EventIndex = eventIndex;
        }

        /// <inheritdoc/>
        [Id(0)]
        [Newtonsoft.Json.JsonProperty]
        public override long SequenceNumber { get; protected set; }

        /// <inheritdoc/>
        [Id(1)]
        [Newtonsoft.Json.JsonProperty]
        public override int EventIndex { get; protected set; }

        /// <summary>The place of another event of the same batch.</summary>
        public EventSequenceToken CreateSequenceTokenForEvent(int eventInd) => new(SequenceNumber, eventInd);

        /// <inheritdoc/>
        public override bool Equals(StreamSequenceToken? other) =>
            other is EventSequenceToken token && token.SequenceNumber == SequenceNumber && token.EventIndex == EventIndex;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        /// <inheritdoc/>
        /// <exception cref="ArgumentOutOfRangeException">The other is of another kind.</exception>
        public override int CompareTo(StreamSequenceToken? other)
        {
            if (other is null)
            {
                return 1;
            }

            var token = other as EventSequenceToken ?? throw new ArgumentOutOfRangeException(nameof(other));
            var order = SequenceNumber.CompareTo(token.SequenceNumber);
            return order != 0 ? order : EventIndex.CompareTo(token.EventIndex);
        }

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);

        /// <inheritdoc/>
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"[EventSequenceToken: SeqNum={SequenceNumber}, EventIndex={EventIndex}]");
    }

    /// <summary>A place that is a number and an index; the kind for providers of today.</summary>
    [GenerateSerializer]
    [Immutable]
    public class EventSequenceTokenV2 : StreamSequenceToken
    {
        /// <summary>The place zero.</summary>
        public EventSequenceTokenV2()
        {
        }

        /// <summary>A place.</summary>
        public EventSequenceTokenV2(long seqNumber)
            : this(seqNumber, 0)
        {
        }

        /// <summary>A place.</summary>
        public EventSequenceTokenV2(long seqNumber, int eventInd)
        {
            SequenceNumber = seqNumber;
            EventIndex = eventInd;
        }

        /// <inheritdoc/>
        [Id(0)]
        [Newtonsoft.Json.JsonProperty]
        public override long SequenceNumber { get; protected set; }

        /// <inheritdoc/>
        [Id(1)]
        [Newtonsoft.Json.JsonProperty]
        public override int EventIndex { get; protected set; }

        /// <summary>The place of another event of the same batch.</summary>
        public EventSequenceTokenV2 CreateSequenceTokenForEvent(int eventInd) => new(SequenceNumber, eventInd);

        /// <inheritdoc/>
        public override bool Equals(StreamSequenceToken? other) =>
            other is EventSequenceTokenV2 token && token.SequenceNumber == SequenceNumber && token.EventIndex == EventIndex;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        /// <inheritdoc/>
        /// <exception cref="ArgumentOutOfRangeException">The other is of another kind.</exception>
        public override int CompareTo(StreamSequenceToken? other)
        {
            if (other is null)
            {
                return 1;
            }

            var token = other as EventSequenceTokenV2 ?? throw new ArgumentOutOfRangeException(nameof(other));
            var order = SequenceNumber.CompareTo(token.SequenceNumber);
            return order != 0 ? order : EventIndex.CompareTo(token.EventIndex);
        }

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);

        /// <inheritdoc/>
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"[EventSequenceTokenV2: SeqNum={SequenceNumber}, EventIndex={EventIndex}]");
    }
}
