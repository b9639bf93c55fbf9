using System.Text.Json;

namespace Switchboard.Gateway.Bodies;

/// <summary>The names of JSON's types in error texts.</summary>
internal static class JsonTypes
{
    public static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
