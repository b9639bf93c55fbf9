using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Runtime;

/// <summary>An identity that is a <see cref="System.Guid"/>, such as that of a subscription.</summary>
[Serializable]
[GenerateSerializer]
[Immutable]
[JsonConverter(typeof(GuidIdConverter))]
public sealed class GuidId : IEquatable<GuidId>, IComparable<GuidId>, ISerializable
{
    /// <summary>The value.</summary>
    [Id(0)]
    public readonly Guid Guid;

    private GuidId(Guid guid) => Guid = guid;

    private GuidId(SerializationInfo info, StreamingContext context) => Guid = (Guid)info.GetValue("Guid", typeof(Guid))!;

    /// <summary>A new one.</summary>
    public static GuidId GetNewGuidId() => new(Guid.NewGuid());

    /// <summary>The one with this value.</summary>
    public static GuidId GetGuidId(Guid guid) => new(guid);

    /// <inheritdoc/>
    public void GetObjectData(SerializationInfo info, StreamingContext context) => info.AddValue("Guid", Guid, typeof(Guid));

    /// <inheritdoc/>
    public int CompareTo(GuidId? other) => other is null ? 1 : Guid.CompareTo(other.Guid);

    /// <inheritdoc/>
    public bool Equals(GuidId? other) => other is not null && Guid == other.Guid;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GuidId);

    /// <inheritdoc/>
    public override int GetHashCode() => Guid.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Guid.ToString();

    /// <summary>Compares values.</summary>
    public static bool operator ==(GuidId? left, GuidId? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Compares values.</summary>
    public static bool operator !=(GuidId? left, GuidId? right) => !(left == right);
}

/// <summary>Writes the value as text of 32 digits.</summary>
public sealed class GuidIdConverter : JsonConverter<GuidId>
{
    /// <inheritdoc/>
    public override GuidId? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        GuidId.GetGuidId(Guid.Parse(reader.GetString() ?? throw new JsonException("A GuidId must be text.")));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, GuidId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Guid.ToString("N"));
}
