using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Reads members of what clients send, and writes what they read.</summary>
internal static class JsonFields
{
    /// <summary>A member that is a text, or null.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member that is a list of texts; empty when there is none, null when it is something else.</summary>
    public static ImmutableArray<string>? Texts(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(static item => item.GetString()!)]
            : null;
    }

    /// <summary>A member that is a number, also in quotes; null when there is none, NaN when it is something else.</summary>
    public static double? Number(this JsonElement json, string name) => !json.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => double.NaN,
    };

    /// <summary>A list of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>A day.</summary>
    public static void WriteDay(this Utf8JsonWriter json, string name, DateTimeOffset day) =>
        json.WriteString(name, day.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>How long the steps of a report are.</summary>
    public static void WriteResolution(this Utf8JsonWriter json)
    {
        json.WriteStartObject("resolution"u8);
        json.WriteString("units"u8, "day"u8);
        json.WriteNumber("amount"u8, 1);
        json.WriteEndObject();
    }
}
