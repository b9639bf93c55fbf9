using System.Collections.Immutable;

namespace Switchboard.Gateway.OpenApi;

/// <summary>The part of JSON Schema that the API's descriptions use. Immutable; a named schema becomes a component.</summary>
internal sealed record Schema(string? Type)
{
    /// <summary>The component's name, or null for a schema that is written in place.</summary>
    public string? Name { get; init; }

    public string? Format { get; init; }

    public string? Description { get; init; }

    public object? Default { get; init; }

    public object? Example { get; init; }

    public int? Minimum { get; init; }

    public int? Maximum { get; init; }

    public int? MinLength { get; init; }

    public bool Nullable { get; init; }

    public ImmutableArray<string> Choices { get; init; } = [];

    public Schema? Items { get; init; }

    public Schema? AdditionalProperties { get; init; }

    public ImmutableArray<Property> Properties { get; init; } = [];

    public static Schema Text { get; } = new("string");

    public static Schema Uuid { get; } = new("string") { Format = "uuid" };

    public static Schema Time { get; } = new("string") { Format = "date-time" };

    public static Schema Integer { get; } = new("integer") { Format = "int64" };

    public static Schema Number { get; } = new("number");

    public static Schema Anything { get; } = new((string?)null);

    public static Schema Boolean { get; } = new("boolean");

    public static Schema AnyObject { get; } = new("object");

    public static Schema OneOf(params ReadOnlySpan<string> choices) => new("string") { Choices = [.. choices] };

    public static Schema ListOf(Schema items) => new("array") { Items = items };

    public static Schema MapOf(Schema values) => new("object") { AdditionalProperties = values };

    /// <summary>An object as a client has stored it: its described members have their types or are null, and there may be others.</summary>
    public static Schema OpenObject(params ReadOnlySpan<Property> properties)
    {
        var members = ImmutableArray.CreateBuilder<Property>(properties.Length);
        foreach (var property in properties)
        {
            members.Add(property with { Schema = OrNull(property.Schema) });
        }

        return new("object") { Properties = members.MoveToImmutable(), AdditionalProperties = Anything };
    }

    public static Schema Object(params ReadOnlySpan<Property> properties) => new("object") { Properties = [.. properties] };

    public Schema Named(string name) => this with { Name = name };

    public Schema Says(string description) => this with { Description = description };

    private static Schema OrNull(Schema schema) =>
        schema with { Nullable = true, Items = schema.Items is { } items ? OrNull(items) : null };
}

/// <summary>A member of an object.</summary>
internal sealed record Property(string Name, Schema Schema, bool Required = false)
{
    public static implicit operator Property((string Name, Schema Schema) pair) => new(pair.Name, pair.Schema);

    /// <summary>A member that is always there.</summary>
    public static Property Always(string name, Schema schema) => new(name, schema, true);
}
