using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Cases;

/// <summary>What the cases of a type may say beside what every case says.</summary>
/// <param name="Id">The definition's id.</param>
/// <param name="Key">Letters, digits, <c>_ . -</c>; unique in the type, whatever the letter case; fixed. Searches use it.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Description">For people, or null.</param>
/// <param name="Type">One of <see cref="CustomAttributeTypes"/>.</param>
/// <param name="IsMulti">Whether a case may have several values; fixed.</param>
/// <param name="Required">Whether a new case of the type must have a value.</param>
/// <param name="MapFrom">The field of an outside system that it is filled from, or null.</param>
/// <param name="Options">What a value may be; empty for anything.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CustomAttribute")]
public sealed record CustomAttribute(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string Key,
    [property: Id(2)] string DisplayName,
    [property: Id(3)] string? Description,
    [property: Id(4)] string Type,
    [property: Id(5)] bool IsMulti,
    [property: Id(6)] bool Required,
    [property: Id(7)] string? MapFrom,
    [property: Id(8)] ImmutableArray<string> Options)
{
    /// <inheritdoc/>
    public bool Equals(CustomAttribute? other) => ReferenceEquals(this, other) || (other is not null
        && (Id, Key, DisplayName, Description, Type) == (other.Id, other.Key, other.DisplayName, other.Description, other.Type)
        && (IsMulti, Required, MapFrom) == (other.IsMulti, other.Required, other.MapFrom)
        && Options.AsSpan().SequenceEqual(other.Options.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Key, DisplayName, Type);
}

/// <summary>The types of custom attributes.</summary>
public static class CustomAttributeTypes
{
    /// <summary>Any text.</summary>
    public const string Text = "TEXT";

    /// <summary>An absolute http or https URL.</summary>
    public const string Url = "URL";

    /// <summary>A number.</summary>
    public const string Number = "NUMBER";

    /// <summary>One of the options.</summary>
    public const string Select = "SELECT";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [Url, Text, Number, Select];
}

/// <summary>What a case says under a custom attribute. Equality is by content.</summary>
/// <param name="Type">One of <see cref="CustomAttributeTypes"/>.</param>
/// <param name="IsMulti">Whether it is shown as a list.</param>
/// <param name="Values">The texts, or the numbers as JSON writes them; exactly one when not <paramref name="IsMulti"/>.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CustomValue")]
public sealed record CustomValue(
    [property: Id(0)] string Type,
    [property: Id(1)] bool IsMulti,
    [property: Id(2)] ImmutableArray<string> Values)
{
    /// <inheritdoc/>
    public bool Equals(CustomValue? other) => ReferenceEquals(this, other)
        || (other is not null && Type == other.Type && IsMulti == other.IsMulti && Values.AsSpan().SequenceEqual(other.Values.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, IsMulti, Values.Length);
}
