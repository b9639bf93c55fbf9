using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Orleans.Runtime;

/// <summary>Identifies a stream of a provider.</summary>
[Serializable]
[GenerateSerializer]
[Immutable]
[JsonConverter(typeof(QualifiedStreamIdJsonConverter))]
public readonly struct QualifiedStreamId(string providerName, StreamId streamId)
    : IEquatable<QualifiedStreamId>, IComparable<QualifiedStreamId>, ISerializable, ISpanFormattable
{
    /// <summary>The stream within the provider.</summary>
    [Id(0)]
    public readonly StreamId StreamId = streamId;

    /// <summary>The provider.</summary>
    [Id(1)]
    public readonly string ProviderName = providerName;

    private QualifiedStreamId(SerializationInfo info, StreamingContext context)
        : this(info.GetString("pvn")!, (StreamId)info.GetValue("sid", typeof(StreamId))!)
    {
    }

    /// <summary>Leaves the provider out.</summary>
    public static implicit operator StreamId(QualifiedStreamId internalStreamId) => internalStreamId.StreamId;

    /// <inheritdoc/>
    public void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        info.AddValue("pvn", ProviderName);
        info.AddValue("sid", StreamId, typeof(StreamId));
    }

    /// <inheritdoc/>
    public int CompareTo(QualifiedStreamId other)
    {
        var order = StreamId.CompareTo(other.StreamId);
        return order != 0 ? order : string.CompareOrdinal(ProviderName, other.ProviderName);
    }

    /// <inheritdoc/>
    public bool Equals(QualifiedStreamId other) => StreamId.Equals(other.StreamId) && ProviderName == other.ProviderName;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is QualifiedStreamId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ProviderName, StreamId);

    /// <inheritdoc/>
    public override string ToString() => $"{ProviderName}/{StreamId}";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"{ProviderName}/{StreamId}", out charsWritten);

    /// <summary>Compares provider and stream.</summary>
    public static bool operator ==(QualifiedStreamId s1, QualifiedStreamId s2) => s1.Equals(s2);

    /// <summary>Compares provider and stream.</summary>
    public static bool operator !=(QualifiedStreamId s1, QualifiedStreamId s2) => !s1.Equals(s2);
}
