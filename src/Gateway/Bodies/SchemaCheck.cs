using System.Text.Json;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Bodies;

/// <summary>
/// Checks free-form JSON against a schema as far as the schema speaks, and every number against what the database can hold: a JSON
/// number may be of any size (<c>1e999999</c>), a <c>jsonb</c> number may not.
/// </summary>
internal static class SchemaCheck
{
    private const int LongestNumber = 64;

    /// <summary>What is wrong with a value, or null.</summary>
    /// <param name="schema">What it should be; null for anything.</param>
    /// <param name="value">The value.</param>
    /// <param name="path">Where it stands, for the text.</param>
    public static string? Find(Schema? schema, JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (schema is not null && !IsOfType(schema, value))
        {
            return $"error decoding attribute \"{path}\": invalid type {JsonTypes.NameOf(value)}";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => IsStorable(value) ? null : $"error decoding attribute \"{path}\": the number is too large or too long",
            JsonValueKind.Object => FindInMembers(schema, value, path),
            JsonValueKind.Array => FindInItems(schema?.Items, value, path),
            _ => null,
        };
    }

    private static string? FindInMembers(Schema? schema, JsonElement value, string path)
    {
        foreach (var member in value.EnumerateObject())
        {
            var known = schema?.AdditionalProperties;
            foreach (var property in schema?.Properties ?? [])
            {
                if (property.Name == member.Name)
                {
                    known = property.Schema;
                }
            }

            if (Find(known, member.Value, $"{path}.{member.Name}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? FindInItems(Schema? items, JsonElement value, string path)
    {
        foreach (var item in value.EnumerateArray())
        {
            if (Find(items, item, path) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static bool IsOfType(Schema schema, JsonElement value) => schema.Type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => true,
    };

    private static bool IsStorable(JsonElement number)
    {
        var text = number.GetRawText();
        return text.Length <= LongestNumber && number.TryGetDouble(out var value) && double.IsFinite(value)
            && (value != 0 || text.AsSpan().IndexOfAny('e', 'E') < 0);
    }
}
