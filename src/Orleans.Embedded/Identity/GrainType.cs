namespace Orleans.Runtime;

/// <summary>The kind of a grain: by default its class name, lower-cased, without a trailing <c>grain</c>.</summary>
[GenerateSerializer]
[Immutable]
public readonly struct GrainType(IdSpan id) : IEquatable<GrainType>, IComparable<GrainType>, ISpanFormattable
{
    [Id(0)]
    private readonly IdSpan _value = id;

    /// <summary>Takes over <paramref name="value"/>, which must not change afterwards.</summary>
    public GrainType(byte[] value)
        : this(new IdSpan(value))
    {
    }

    /// <summary>The bytes of the name.</summary>
    public IdSpan Value => _value;

    /// <summary>Whether the name is empty.</summary>
    public bool IsDefault => _value.IsDefault;

    /// <summary>Makes a grain type from its name.</summary>
    public static GrainType Create(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return new GrainType(IdSpan.Create(value));
    }

    /// <summary>The bytes themselves, not to be changed.</summary>
    public static byte[]? UnsafeGetArray(GrainType id) => IdSpan.UnsafeGetArray(id._value);

    /// <summary>The bytes of the name.</summary>
    public ReadOnlySpan<byte> AsSpan() => _value.AsSpan();

    /// <summary>The hash that is the same everywhere.</summary>
    public uint GetUniformHashCode() => _value.GetUniformHashCode();

    /// <inheritdoc/>
    public bool Equals(GrainType obj) => _value.Equals(obj._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GrainType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(GrainType other) => _value.CompareTo(other._value);

    /// <inheritdoc/>
    public override string ToString() => _value.ToString();

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        _value.TryFormat(destination, out charsWritten);

    /// <summary>Compares names.</summary>
    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);

    /// <summary>Compares names.</summary>
    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);

    /// <summary>The bytes of the name.</summary>
    public static explicit operator IdSpan(GrainType kind) => kind._value;

    /// <summary>Makes a grain type from the bytes of its name.</summary>
    public static explicit operator GrainType(IdSpan id) => new(id);
}

/// <summary>Prefixes of grain types that the engine itself owns.</summary>
public static class GrainTypePrefix
{
    /// <summary>Everything that is not an application grain.</summary>
    public const string SystemPrefix = "sys.";

    /// <summary>Per-silo services.</summary>
    public const string SystemTargetPrefix = SystemPrefix + "svc.";

    /// <summary>Application services of a silo.</summary>
    public const string GrainServicePrefix = SystemTargetPrefix + "user.";

    /// <summary>Clients and their observers.</summary>
    public const string ClientPrefix = SystemPrefix + "client";

    /// <summary>The grain type of clients.</summary>
    public static readonly GrainType ClientGrainType = GrainType.Create(ClientPrefix);

    /// <summary>UTF-8 of <see cref="ClientPrefix"/>.</summary>
    public static readonly ReadOnlyMemory<byte> ClientPrefixBytes = "sys.client"u8.ToArray();

    /// <summary>UTF-8 of <see cref="SystemTargetPrefix"/>.</summary>
    public static readonly ReadOnlyMemory<byte> SystemTargetPrefixBytes = "sys.svc."u8.ToArray();

    /// <summary>UTF-8 of <see cref="GrainServicePrefix"/>.</summary>
    public static readonly ReadOnlyMemory<byte> GrainServicePrefixBytes = "sys.svc.user."u8.ToArray();

    /// <summary>Whether it is a client or an observer of one.</summary>
    public static bool IsClient(this in GrainType type) => type.AsSpan().StartsWith(ClientPrefixBytes.Span);

    /// <summary>Whether it is a client or an observer of one.</summary>
    public static bool IsClient(this in GrainId id) => id.Type.IsClient();

    /// <summary>Whether it is a per-silo service.</summary>
    public static bool IsSystemTarget(this in GrainType type) => type.AsSpan().StartsWith(SystemTargetPrefixBytes.Span);

    /// <summary>Whether it is a per-silo service.</summary>
    public static bool IsSystemTarget(this in GrainId id) => id.Type.IsSystemTarget();

    /// <summary>Whether it is an application service of a silo.</summary>
    public static bool IsGrainService(this in GrainType type) => type.AsSpan().StartsWith(GrainServicePrefixBytes.Span);
}
