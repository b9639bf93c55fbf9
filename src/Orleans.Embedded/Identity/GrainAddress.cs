using System.Globalization;

namespace Orleans.Runtime;

/// <summary>A version of the cluster's membership; constant in a single process.</summary>
[GenerateSerializer]
[Immutable]
public readonly struct MembershipVersion(long version) : IEquatable<MembershipVersion>, IComparable<MembershipVersion>
{
    /// <summary>The version number.</summary>
    [Id(0)]
    public long Value { get; init; } = version;

    /// <summary>Less than any other.</summary>
    public static MembershipVersion MinValue => new(long.MinValue);

    /// <inheritdoc/>
    public bool Equals(MembershipVersion other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MembershipVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(MembershipVersion other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Compares versions.</summary>
    public static bool operator ==(MembershipVersion left, MembershipVersion right) => left.Value == right.Value;

    /// <summary>Compares versions.</summary>
    public static bool operator !=(MembershipVersion left, MembershipVersion right) => left.Value != right.Value;

    /// <summary>Compares versions.</summary>
    public static bool operator >(MembershipVersion left, MembershipVersion right) => left.Value > right.Value;

    /// <summary>Compares versions.</summary>
    public static bool operator <(MembershipVersion left, MembershipVersion right) => left.Value < right.Value;

    /// <summary>Compares versions.</summary>
    public static bool operator >=(MembershipVersion left, MembershipVersion right) => left.Value >= right.Value;

    /// <summary>Compares versions.</summary>
    public static bool operator <=(MembershipVersion left, MembershipVersion right) => left.Value <= right.Value;
}

/// <summary>Where an activation lives.</summary>
[GenerateSerializer]
[Immutable]
public sealed class GrainAddress : IEquatable<GrainAddress>
{
    /// <summary>The grain.</summary>
    [Id(0)]
    public GrainId GrainId { get; init; }

    /// <summary>The incarnation.</summary>
    [Id(1)]
    public ActivationId ActivationId { get; init; }

    /// <summary>The silo.</summary>
    [Id(2)]
    public SiloAddress? SiloAddress { get; init; }

    /// <summary>The membership version at which it was registered.</summary>
    [Id(3)]
    public MembershipVersion MembershipVersion { get; init; }

    /// <summary>Whether all parts are known.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsComplete => !GrainId.IsDefault && !ActivationId.IsDefault && SiloAddress is not null;

    /// <summary>Whether both name the same activation on the same silo.</summary>
    public bool Matches(GrainAddress? other) =>
        other is not null
        && GrainId == other.GrainId
        && (ActivationId.IsDefault || other.ActivationId.IsDefault || ActivationId == other.ActivationId)
        && (SiloAddress is null || other.SiloAddress is null || SiloAddress.Equals(other.SiloAddress));

    /// <inheritdoc/>
    public bool Equals(GrainAddress? other) =>
        other is not null && GrainId == other.GrainId && ActivationId == other.ActivationId && Equals(SiloAddress, other.SiloAddress);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GrainId, ActivationId, SiloAddress);

    /// <inheritdoc/>
    public override string ToString() => $"[{GrainId} {ActivationId} {SiloAddress}]";

    /// <summary>All parts in readable form.</summary>
    public string ToFullString() => $"[GrainAddress GrainId={GrainId} ActivationId={ActivationId} SiloAddress={SiloAddress}]";
}
