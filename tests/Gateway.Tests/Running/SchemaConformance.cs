using System.Text.Json;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Tests.Running;

/// <summary>Holds answers against the schemas that the OpenAPI document publishes; strict: a member that is not described is an error too.</summary>
internal static class SchemaConformance
{
    public static IEnumerable<string> Deviations(Schema schema, JsonElement value, string path = "$")
    {
        if (schema.Nullable && value.ValueKind == JsonValueKind.Null)
        {
            yield break;
        }

        if (!IsOfType(schema, value))
        {
            yield return $"{path} is {value.ValueKind}, not {schema.Type}";
            yield break;
        }

        foreach (var deviation in OfText(schema, value, path))
        {
            yield return deviation;
        }

        if (value.ValueKind == JsonValueKind.Array && schema.Items is not null)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                foreach (var deviation in Deviations(schema.Items, item, $"{path}[{index++}]"))
                {
                    yield return deviation;
                }
            }
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var deviation in OfMembers(schema, value, path))
            {
                yield return deviation;
            }
        }
    }

    private static IEnumerable<string> OfText(Schema schema, JsonElement value, string path)
    {
        if (!schema.Choices.IsEmpty && !schema.Choices.Contains(value.GetString()!))
        {
            yield return $"{path} is {value}, not one of {string.Join(", ", schema.Choices)}";
        }

        if (schema.Format == "uuid" && !Guid.TryParseExact(value.GetString(), "D", out _))
        {
            yield return $"{path} is {value}, not a UUID";
        }

        if (schema.Format == "date-time" && !(value.TryGetDateTimeOffset(out _) && value.GetString()!.EndsWith('Z')))
        {
            yield return $"{path} is {value}, not a time in UTC";
        }
    }

    private static IEnumerable<string> OfMembers(Schema schema, JsonElement value, string path)
    {
        foreach (var property in schema.Properties.Where(property => property.Required && !value.TryGetProperty(property.Name, out _)))
        {
            yield return $"{path} lacks {property.Name}";
        }

        var isOpen = schema.Properties.IsEmpty && schema.AdditionalProperties is null;
        foreach (var member in value.EnumerateObject())
        {
            var known = schema.Properties.FirstOrDefault(property => property.Name == member.Name)?.Schema ?? schema.AdditionalProperties;
            if (known is not null)
            {
                foreach (var deviation in Deviations(known, member.Value, $"{path}.{member.Name}"))
                {
                    yield return deviation;
                }
            }
            else if (!isOpen)
            {
                yield return $"{path} has {member.Name}, which is not described";
            }
        }
    }

    private static bool IsOfType(Schema schema, JsonElement value) => schema.Type switch
    {
        null => true,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => false,
    };
}
