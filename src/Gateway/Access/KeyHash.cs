using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Switchboard.Gateway.Access;

/// <summary>
/// The SHA-256 of a key's text. Looking a hash up instead of the text makes the time of a comparison say nothing about the text, and
/// no key is kept in memory longer than its request.
/// </summary>
internal readonly record struct KeyHash
{
    /// <summary>Keys shorter than this are never issued.</summary>
    public const int ShortestKey = 8;

    /// <summary>Keys longer than this are never issued.</summary>
    public const int LongestKey = 128;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=");

    private readonly Bytes _bytes;

    private KeyHash(Bytes bytes) => _bytes = bytes;

    /// <summary>Hashes a key's text; false when no key can look like this.</summary>
    public static bool TryOf(ReadOnlySpan<char> key, out KeyHash hash)
    {
        if (key.Length is < ShortestKey or > LongestKey || key.ContainsAnyExcept(KeyCharacters))
        {
            hash = default;
            return false;
        }

        Span<byte> text = stackalloc byte[LongestKey];
        for (var i = 0; i < key.Length; i++)
        {
            text[i] = (byte)key[i];
        }

        Bytes bytes = default;
        SHA256.HashData(text[..key.Length], bytes);
        text.Clear();
        hash = new KeyHash(bytes);
        return true;
    }

    /// <summary>A hash is spread evenly: its first bytes are as good as any mixture of all.</summary>
    public override int GetHashCode() => Unsafe.ReadUnaligned<int>(in _bytes[0]);

    /// <inheritdoc/>
    public bool Equals(KeyHash other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <summary>Lower-case hex: the key grain's key.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    [InlineArray(32)]
    [StructLayout(LayoutKind.Sequential)]
    private struct Bytes
    {
        private byte _first;
    }
}
