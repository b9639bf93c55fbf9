using Confluent.Kafka;

namespace Switchboard.Streams.Kafka;

/// <summary>A record as it came from the broker.</summary>
/// <param name="Offset">Its place in the partition.</param>
/// <param name="Key">Its key, or null.</param>
/// <param name="Value">Its value, or null.</param>
/// <param name="Headers">Its headers.</param>
internal sealed record KafkaRecord(long Offset, byte[]? Key, byte[]? Value, Headers? Headers)
{
    /// <summary>What a record costs besides its value: objects, decoded facts.</summary>
    private const int Overhead = 512;

    /// <summary>What it is counted as against the bounds, in bytes: as it came and, until it is handled, decoded to text beside it.</summary>
    public int Size { get; } = Overhead + (Key?.Length ?? 0) + (2 * (Value?.Length ?? 0));
}
