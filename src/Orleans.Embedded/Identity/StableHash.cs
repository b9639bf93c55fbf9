using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Orleans;

/// <summary>
/// A hash that is the same in every process and version: XXH32 with seed 0, bytes reversed. The reminder table stores it, so that it must
/// agree bit by bit with Microsoft Orleans. The algorithm is public:
/// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
/// </summary>
public static class StableHash
{
    private const uint Prime1 = 0x9E3779B1;
    private const uint Prime2 = 0x85EBCA77;
    private const uint Prime3 = 0xC2B2AE3D;
    private const uint Prime4 = 0x27D4EB2F;
    private const uint Prime5 = 0x165667B1;

    /// <summary>Hashes bytes.</summary>
    public static uint ComputeHash(ReadOnlySpan<byte> data)
    {
        var rest = data;
        uint hash;
        if (data.Length >= 16)
        {
            unchecked
            {
                uint a = Prime1 + Prime2, b = Prime2, c = 0, d = 0 - Prime1;
                while (rest.Length >= 16)
                {
                    a = Round(a, BinaryPrimitives.ReadUInt32LittleEndian(rest));
                    b = Round(b, BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]));
                    c = Round(c, BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
                    d = Round(d, BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]));
                    rest = rest[16..];
                }

                hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                    + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
            }
        }
        else
        {
            hash = Prime5;
        }

        return Finish(unchecked(hash + (uint)data.Length), rest);
    }

    /// <summary>Hashes the UTF-16 (little endian) form of a string.</summary>
    public static uint ComputeHash(string data) => ComputeHash(MemoryMarshal.AsBytes(data.AsSpan()));

    private static uint Round(uint accumulator, uint lane) =>
        unchecked(BitOperations.RotateLeft(accumulator + (lane * Prime2), 13) * Prime1);

    private static uint Finish(uint hash, ReadOnlySpan<byte> rest)
    {
        unchecked
        {
            while (rest.Length >= 4)
            {
                hash = BitOperations.RotateLeft(hash + (BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime3), 17) * Prime4;
                rest = rest[4..];
            }

            foreach (var value in rest)
            {
                hash = BitOperations.RotateLeft(hash + (value * Prime5), 11) * Prime1;
            }

            hash = (hash ^ (hash >> 15)) * Prime2;
            hash = (hash ^ (hash >> 13)) * Prime3;
            // Orleans reads the digest, which XXH32 defines as big-endian bytes, as a little-endian number.
            return BinaryPrimitives.ReverseEndianness(hash ^ (hash >> 16));
        }
    }
}
