namespace Orleans.Streams;

/// <summary>Identifies a queue of a stream provider.</summary>
[GenerateSerializer]
[Immutable]
public readonly struct QueueId : IEquatable<QueueId>, IComparable<QueueId>, ISpanFormattable
{
    [Id(0)]
    private readonly string? _prefix;

    [Id(1)]
    private readonly uint _number;

    [Id(2)]
    private readonly uint _hash;

    private QueueId(string prefix, uint number, uint hash)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        _prefix = prefix;
        _number = number;
        _hash = hash;
    }

    /// <summary>Whether it identifies nothing.</summary>
    public bool IsDefault => _prefix is null;

    /// <summary>Makes an identity.</summary>
    /// <param name="queueName">What the names of a provider's queues begin with.</param>
    /// <param name="queueId">Its number.</param>
    /// <param name="hash">Its place on the ring.</param>
    public static QueueId GetQueueId(string queueName, uint queueId, uint hash) => new(queueName, queueId, hash);

    /// <summary>What the names of the provider's queues begin with.</summary>
    public string GetStringNamePrefix() => _prefix!;

    /// <summary>Its number.</summary>
    public uint GetNumericId() => _number;

    /// <summary>Its place on the ring.</summary>
    public uint GetUniformHashCode() => _hash;

    /// <inheritdoc/>
    public int CompareTo(QueueId other)
    {
        var order = _number.CompareTo(other._number);
        order = order != 0 ? order : string.CompareOrdinal(_prefix, other._prefix);
        return order != 0 ? order : _hash.CompareTo(other._hash);
    }

    /// <inheritdoc/>
    public bool Equals(QueueId other) => _number == other._number && _hash == other._hash && _prefix == other._prefix;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is QueueId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_number, _hash, _prefix);

    /// <inheritdoc/>
    public override string ToString() => $"{_prefix?.ToLowerInvariant()}-{_number}";

    /// <summary>The name with its place on the ring.</summary>
    public string ToStringWithHashCode() => $"{this}-0x{_hash:X8}";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => format == "H" ? ToStringWithHashCode() : ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var text = format is "H" ? ToStringWithHashCode() : ToString();
        charsWritten = text.TryCopyTo(destination) ? text.Length : 0;
        return charsWritten == text.Length;
    }

    /// <summary>Compares name, number and place.</summary>
    public static bool operator ==(QueueId left, QueueId right) => left.Equals(right);

    /// <summary>Compares name, number and place.</summary>
    public static bool operator !=(QueueId left, QueueId right) => !left.Equals(right);
}
