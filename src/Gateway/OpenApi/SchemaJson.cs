using System.Text.Json;

namespace Switchboard.Gateway.OpenApi;

/// <summary>Schemas in the form of OpenAPI 3.0.</summary>
internal static class SchemaJson
{
    /// <summary>Writes a reference to a named schema, or an unnamed one in place.</summary>
    public static void Write(Utf8JsonWriter json, Schema schema)
    {
        if (schema.Name is null)
        {
            WriteDefinition(json, schema);
            return;
        }

        json.WriteStartObject();
        json.WriteString("$ref", $"#/components/schemas/{schema.Name}");
        json.WriteEndObject();
    }

    /// <summary>Writes a schema out.</summary>
    public static void WriteDefinition(Utf8JsonWriter json, Schema schema)
    {
        json.WriteStartObject();
        WriteText(json, "type", schema.Type);
        WriteText(json, "format", schema.Format);
        WriteText(json, "description", schema.Description);
        WriteNumber(json, "minimum", schema.Minimum);
        WriteNumber(json, "maximum", schema.Maximum);
        WriteNumber(json, "minLength", schema.MinLength);
        if (schema.Nullable)
        {
            json.WriteBoolean("nullable", true);
        }

        WriteAny(json, "default", schema.Default);
        WriteAny(json, "example", schema.Example);
        if (!schema.Choices.IsEmpty)
        {
            json.WriteStartArray("enum");
            foreach (var choice in schema.Choices)
            {
                json.WriteStringValue(choice);
            }

            json.WriteEndArray();
        }

        WriteNested(json, "items", schema.Items);
        WriteNested(json, "additionalProperties", schema.AdditionalProperties);
        if (!schema.Properties.IsEmpty)
        {
            WriteProperties(json, schema);
        }

        json.WriteEndObject();
    }

    /// <summary>All named schemas that are reachable, each once, by name.</summary>
    public static IEnumerable<Schema> NamedIn(IEnumerable<Schema> roots)
    {
        var found = new SortedDictionary<string, Schema>(StringComparer.Ordinal);
        foreach (var root in roots)
        {
            Visit(root);
        }

        return found.Values;

        void Visit(Schema? schema)
        {
            if (schema is null || (schema.Name is not null && !found.TryAdd(schema.Name, schema)))
            {
                return;
            }

            Visit(schema.Items);
            Visit(schema.AdditionalProperties);
            foreach (var property in schema.Properties)
            {
                Visit(property.Schema);
            }
        }
    }

    private static void WriteProperties(Utf8JsonWriter json, Schema schema)
    {
        json.WriteStartObject("properties");
        foreach (var property in schema.Properties)
        {
            json.WritePropertyName(property.Name);
            Write(json, property.Schema);
        }

        json.WriteEndObject();
        if (schema.Properties.Any(property => property.Required))
        {
            json.WriteStartArray("required");
            foreach (var property in schema.Properties.Where(property => property.Required))
            {
                json.WriteStringValue(property.Name);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteNested(Utf8JsonWriter json, string name, Schema? schema)
    {
        if (schema is not null)
        {
            json.WritePropertyName(name);
            Write(json, schema);
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteAny(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
        }
    }
}
