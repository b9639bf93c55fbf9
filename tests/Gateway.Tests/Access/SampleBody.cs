using System.Text.Json.Nodes;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Tests.Access;

/// <summary>A body that passes the check of its form, made from what the operation declares.</summary>
internal static class SampleBody
{
    private const string Id = "00000000-0000-0000-0000-00000000000a";

    public static JsonNode Of(ResourceShape shape) => Of(shape.Schema)!;

    private static JsonNode? Of(Schema schema) => schema switch
    {
        { Choices: [var first, ..] } => first,
        { Format: "uuid" } => Id,
        { Format: "date-time" } => "2026-01-01T00:00:00Z",
        { Format: "date" } => "2026-01-01",
        { Type: "string" } => "1",
        { Type: "integer" or "number" } => Math.Max(1, schema.Minimum ?? 1),
        { Type: "boolean" } => true,
        { Type: "array" } => new JsonArray(Of(schema.Items!)),
        { Type: "object" } => new JsonObject(schema.Properties
            .Where(static member => member.Required || member.Name is "id" or "attributes")
            .Select(static member => KeyValuePair.Create(member.Name, Of(member.Schema)))),
        _ => "1",
    };
}
