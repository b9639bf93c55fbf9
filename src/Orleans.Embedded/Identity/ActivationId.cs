using System.Globalization;

namespace Orleans.Runtime;

/// <summary>The identity of one incarnation of a grain.</summary>
[GenerateSerializer]
[Immutable]
public readonly struct ActivationId(Guid key) : IEquatable<ActivationId>, ISpanFormattable
{
    [Id(0)]
    private readonly Guid _key = key;

    /// <summary>Whether it is unset.</summary>
    public bool IsDefault => _key == Guid.Empty;

    /// <summary>A fresh identity.</summary>
    public static ActivationId NewId() => new(Guid.NewGuid());

    /// <summary>Reads the form <c>@</c> and 32 hexadecimal digits.</summary>
    public static ActivationId FromParsableString(string activationId) =>
        activationId is ['@', .. var digits] && Guid.TryParseExact(digits, "N", out var key)
            ? new ActivationId(key)
            : throw new FormatException($"\"{activationId}\" is not an activation id: @ and 32 hexadecimal digits are expected.");

    /// <summary>The form that <see cref="FromParsableString"/> reads.</summary>
    public string ToParsableString() => ToString();

    /// <inheritdoc/>
    public bool Equals(ActivationId other) => _key.Equals(other._key);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ActivationId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _key.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => "@" + _key.ToString("N", CultureInfo.InvariantCulture);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"@{_key:N}", out charsWritten);

    /// <summary>Compares identities.</summary>
    public static bool operator ==(ActivationId left, ActivationId right) => left.Equals(right);

    /// <summary>Compares identities.</summary>
    public static bool operator !=(ActivationId left, ActivationId right) => !left.Equals(right);
}
