using System.Buffers.Binary;
using System.Text;

namespace Switchboard.Streams.Partitioning;

/// <summary>
/// Which partition a key belongs to: murmur2 of its UTF-8 bytes, as the clients of Apache Kafka for the JVM compute it by default
/// (<c>org.apache.kafka.common.utils.Utils.murmur2</c>, sign bit cleared, modulo), so that records of such producers fall into the same
/// partitions as ours. Never changed: stored positions depend on it. Golden vectors are in the tests.
/// </summary>
public static class StreamPartition
{
    private const uint Seed = 0x9747b28c;
    private const uint M = 0x5bd1e995;

    /// <summary>The partition of a text key, such as <see cref="GrainKeys.Of"/> makes.</summary>
    public static int Of(string key, int partitions)
    {
        Span<byte> bytes = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(key, bytes, out var written)
            ? Of(bytes[..written], partitions)
            : Of(Encoding.UTF8.GetBytes(key), partitions);
    }

    /// <summary>The partition of a key.</summary>
    public static int Of(ReadOnlySpan<byte> key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return (int)((Murmur2(key) & 0x7fffffff) % (uint)partitions);
    }

    /// <summary>The hash.</summary>
    public static uint Murmur2(ReadOnlySpan<byte> data)
    {
        unchecked
        {
            var hash = Seed ^ (uint)data.Length;
            while (data.Length >= 4)
            {
                var k = BinaryPrimitives.ReadUInt32LittleEndian(data) * M;
                k = (k ^ (k >> 24)) * M;
                hash = (hash * M) ^ k;
                data = data[4..];
            }

            if (data.Length > 0)
            {
                for (var index = data.Length - 1; index >= 0; index--)
                {
                    hash ^= (uint)data[index] << (8 * index);
                }

                hash *= M;
            }

            hash = (hash ^ (hash >> 13)) * M;
            return hash ^ (hash >> 15);
        }
    }
}
