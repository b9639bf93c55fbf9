using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Switchboard.Gateway.CaseApi;

/// <summary>
/// Messages out of the documents that operations answer with. A resource's attributes become the message's fields, a relationship
/// <c>assignee</c> its field <c>assignee_id</c>, what is under <c>meta</c> too; what the message has no field for is left out.
/// </summary>
internal static class ResourceMessage
{
    private const string PagePrefix = "page_";

    /// <summary>Reads a document whose <c>data</c> is one resource or a list of them.</summary>
    public static IMessage Read(MessageDescriptor type, JsonElement document)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        if (!document.TryGetProperty("data"u8, out var data))
        {
            return message;
        }

        if (data.ValueKind == JsonValueKind.Object)
        {
            Fill(message, data);
            return message;
        }

        var fields = type.Fields.InFieldNumberOrder();
        var list = fields.First(field => field.IsRepeated && field.FieldType == FieldType.Message);
        FieldJson.Read(message, list, data);
        if (document.TryGetProperty("meta"u8, out var meta))
        {
            foreach (var field in fields)
            {
                if (field != list && TryFindMeta(meta, field.Name, out var value))
                {
                    FieldJson.Read(message, field, value);
                }
            }
        }

        return message;
    }

    /// <summary>Sets a message's fields from a resource or from a plain object.</summary>
    public static void Fill(IMessage message, JsonElement json)
    {
        var isResource = IsResource(json, out var attributes);
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if ((isResource && attributes.TryGetProperty(field.Name, out var value))
                || ((!isResource || field.Name == "id") && json.TryGetProperty(field.Name, out value))
                || TryFindMember(json, "meta", field.Name, out value)
                || TryFindRelated(json, field, out value))
            {
                FieldJson.Read(message, field, value);
            }
        }
    }

    private static bool IsResource(JsonElement json, out JsonElement attributes)
    {
        attributes = default;
        return json.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String
            && json.TryGetProperty("attributes"u8, out attributes) && attributes.ValueKind == JsonValueKind.Object;
    }

    private static bool TryFindRelated(JsonElement json, FieldDescriptor field, out JsonElement value)
    {
        value = default;
        var suffix = field.IsRepeated ? "_ids" : "_id";
        if (!field.Name.EndsWith(suffix, StringComparison.Ordinal)
            || !TryFindMember(json, "relationships", field.Name[..^suffix.Length], out var related)
            || !related.TryGetProperty("data"u8, out var data))
        {
            return false;
        }

        if (data.ValueKind == JsonValueKind.Array)
        {
            value = JsonSerializer.SerializeToElement(data.EnumerateArray().Select(one => one.GetProperty("id"u8).GetString()));
            return field.IsRepeated;
        }

        return data.ValueKind == JsonValueKind.Object && data.TryGetProperty("id"u8, out value);
    }

    private static bool TryFindMeta(JsonElement meta, string name, out JsonElement value) =>
        meta.TryGetProperty(name, out value)
        || (name.StartsWith(PagePrefix, StringComparison.Ordinal) && TryFindMember(meta, "page", name[PagePrefix.Length..], out value));

    private static bool TryFindMember(JsonElement json, string parent, string name, out JsonElement value)
    {
        value = default;
        return json.TryGetProperty(parent, out var there) && there.ValueKind == JsonValueKind.Object && there.TryGetProperty(name, out value);
    }
}
