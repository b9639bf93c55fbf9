using System.Globalization;
using System.Runtime.Serialization;
using System.Text;
using System.Text.Json.Serialization;
using Orleans.Streams;

namespace Orleans.Runtime;

/// <summary>
/// Identifies a stream within a provider: a namespace, which may be missing, and a key. The hash is that of both together as UTF-8, the
/// same in every process, because it decides which queue a stream belongs to.
/// </summary>
[Serializable]
[GenerateSerializer]
[Immutable]
[JsonConverter(typeof(StreamIdJsonConverter))]
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>, ISerializable, ISpanFormattable, IUtf8SpanFormattable
{
    [Id(0)]
    private readonly byte[]? _fullKey;

    [Id(1)]
    private readonly ushort _keyIndex;

    [Id(2)]
    private readonly int _hash;

    private StreamId(byte[] fullKey, ushort keyIndex)
    {
        _fullKey = fullKey;
        _keyIndex = keyIndex;
        _hash = unchecked((int)StableHash.ComputeHash(fullKey));
    }

    private StreamId(SerializationInfo info, StreamingContext context)
        : this((byte[])info.GetValue("fk", typeof(byte[]))!, info.GetUInt16("ki"))
    {
    }

    /// <summary>Namespace and key, one after the other, as UTF-8.</summary>
    public ReadOnlyMemory<byte> FullKey => _fullKey;

    /// <summary>The namespace as UTF-8; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Namespace => _fullKey.AsMemory(0, _keyIndex);

    /// <summary>The key as UTF-8.</summary>
    public ReadOnlyMemory<byte> Key => _fullKey.AsMemory(_keyIndex);

    internal uint UniformHashCode => unchecked((uint)_hash);

    internal uint KeyIndex => _keyIndex;

    /// <summary>Makes an identity from UTF-8.</summary>
    /// <exception cref="ArgumentNullException">The key is empty.</exception>
    public static StreamId Create(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentNullException(nameof(key));
        }

        return new StreamId([.. ns, .. key], (ushort)ns.Length);
    }

    /// <summary>Makes an identity whose key is 32 hexadecimal digits.</summary>
    public static StreamId Create(string? ns, Guid key) => Create(ns, key.ToString("N"));

    /// <summary>Makes an identity whose key is a decimal number.</summary>
    public static StreamId Create(string? ns, long key) => Create(ns, key.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes an identity.</summary>
    public static StreamId Create(string? ns, string key)
    {
        var length = ns is null ? 0 : Encoding.UTF8.GetByteCount(ns);
        var bytes = new byte[length + Encoding.UTF8.GetByteCount(key)];
        Encoding.UTF8.GetBytes(ns, bytes);
        Encoding.UTF8.GetBytes(key, bytes.AsSpan(length));
        return new StreamId(bytes, (ushort)length);
    }

    /// <summary>Makes an identity from the older form.</summary>
    public static StreamId Create(IStreamIdentity streamIdentity) => Create(streamIdentity.Namespace, streamIdentity.Guid);

    /// <summary>Reads the form <c>namespace/key</c>.</summary>
    /// <exception cref="ArgumentException">There is no slash.</exception>
    public static StreamId Parse(ReadOnlySpan<byte> value)
    {
        var slash = value.IndexOf((byte)'/');
        return slash >= 0
            ? Create(value[..slash], value[(slash + 1)..])
            : throw new ArgumentException($"\"{Encoding.UTF8.GetString(value)}\" is no stream id: it has no slash.", nameof(value));
    }

    /// <summary>The key.</summary>
    public string GetKeyAsString() => Encoding.UTF8.GetString(Key.Span);

    /// <summary>The namespace, or null.</summary>
    public string? GetNamespace() => _keyIndex == 0 ? null : Encoding.UTF8.GetString(Namespace.Span);

    /// <inheritdoc/>
    public void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        info.AddValue("fk", _fullKey);
        info.AddValue("ki", _keyIndex);
        info.AddValue("fh", _hash);
    }

    /// <inheritdoc/>
    public int CompareTo(StreamId other) => _fullKey.AsSpan().SequenceCompareTo(other._fullKey);

    /// <inheritdoc/>
    public bool Equals(StreamId other) =>
        ReferenceEquals(_fullKey, other._fullKey) || (_hash == other._hash && _fullKey.AsSpan().SequenceEqual(other._fullKey));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override string ToString() => $"{GetNamespace() ?? "null"}/{GetKeyAsString()}";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var text = ToString();
        charsWritten = text.TryCopyTo(destination) ? text.Length : 0;
        return charsWritten == text.Length;
    }

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Encoding.UTF8.TryGetBytes(ToString(), utf8Destination, out bytesWritten);

    /// <summary>Compares namespace and key.</summary>
    public static bool operator ==(StreamId s1, StreamId s2) => s1.Equals(s2);

    /// <summary>Compares namespace and key.</summary>
    public static bool operator !=(StreamId s1, StreamId s2) => !s1.Equals(s2);

    internal IdSpan GetKeyIdSpan() =>
        _keyIndex == 0 ? IdSpan.UnsafeCreate(_fullKey, _hash) : new IdSpan(_fullKey.AsSpan(_keyIndex).ToArray());
}
