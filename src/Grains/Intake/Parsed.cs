using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake;

/// <summary>What came of reading a sender's message: alerts, or what is wrong with it.</summary>
/// <param name="Alerts">The alerts.</param>
/// <param name="Problems">What is wrong; none when it could be read.</param>
public readonly record struct Parsed(ImmutableArray<IntakeAlert> Alerts, ImmutableArray<string> Problems)
{
    /// <summary>Whether it could be read.</summary>
    public bool Succeeded => Problems.IsEmpty;

    /// <summary>It was read.</summary>
    public static Parsed Of(params ImmutableArray<IntakeAlert> alerts) => new(alerts, []);

    /// <summary>It could not be read.</summary>
    public static Parsed Refused(params ImmutableArray<string> problems) => new([], problems);
}

/// <summary>Reads members of JSON that may be anything.</summary>
internal static class LooseJson
{
    /// <summary>A member's text, or null.</summary>
    public static string? Text(this JsonElement parent, string name) => JsonPointer.TextOf(parent.Member(name));

    /// <summary>A member, or null.</summary>
    public static JsonElement? Member(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : null;

    /// <summary>The items of a member that is a list; none when it is something else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The members of a member that is an object, those that have a text.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(this JsonElement parent, string name) => Pairs(parent.Member(name));

    /// <summary>The members of an object that have a text.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(JsonElement? value) => value is { ValueKind: JsonValueKind.Object } map
        ? map.EnumerateObject().Select(static one => new KeyValuePair<string, string>(one.Name, JsonPointer.TextOf(one.Value) ?? ""))
        : [];

    /// <summary>A moment; null for something else, and for the year 1, by which Go says that there is none.</summary>
    public static DateTimeOffset? Time(string? text) =>
        text is { Length: <= 40 } && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
        && at.Year is > 1 and < 9999
            ? at
            : null;
}
