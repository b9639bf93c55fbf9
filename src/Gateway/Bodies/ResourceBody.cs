using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Bodies;

/// <summary>A request's resource after its shape was checked; members are read by their declaration while the request runs.</summary>
internal readonly struct ResourceBody(JsonElement data, JsonElement attributes, JsonElement relationships)
{
    /// <summary><c>data.id</c>, or null.</summary>
    public string? Id => TryGetMember(data, "id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    public string? Get(TextField field) => TryGetMember(attributes, field.Name, out var value) ? value.GetString() : null;

    public bool? Get(BooleanField field) => TryGetMember(attributes, field.Name, out var value) ? value.GetBoolean() : null;

    public int? Get(WholeNumberField field) => TryGetMember(attributes, field.Name, out var value) ? value.GetInt32() : null;

    public Guid? Get(UuidField field) =>
        TryGetMember(attributes, field.Name, out var value) && UuidParameter.TryRead(value.GetString(), out var id) ? id : null;

    public int? Get(IntegerField field) => TryGetMember(attributes, field.Name, out var value) ? value.GetInt32() : null;

    /// <summary>Whether the member is there, and its value.</summary>
    public (bool Given, Guid? Value) Get(ClearableUuidField field) =>
        attributes.ValueKind != JsonValueKind.Object || !attributes.TryGetProperty(field.Name, out var value) ? (false, null)
        : value.ValueKind != JsonValueKind.Null && UuidParameter.TryRead(value.GetString(), out var id) ? (true, id)
        : (true, null);

    public T? Get<T>(ChoiceField<T> field)
        where T : struct =>
        TryGetMember(attributes, field.Name, out var value) ? field.Find(value.GetString()!) : null;

    public ImmutableArray<string>? Get(TextListField field) =>
        TryGetMember(attributes, field.Name, out var value) ? ReadTexts(value) : null;

    public ImmutableSortedDictionary<string, ImmutableArray<string>>? Get(TextListMapField field)
    {
        if (!TryGetMember(attributes, field.Name, out var value))
        {
            return null;
        }

        var map = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            map[member.Name] = ReadTexts(member.Value);
        }

        return map.ToImmutable();
    }

    /// <summary>The day, or null.</summary>
    public DateOnly? Get(DayField field) => TryGetMember(attributes, field.Name, out var value) ? DayField.Read(value.GetString()) : null;

    /// <summary>The moment, or null.</summary>
    public DateTimeOffset? Get(TimeField field) => TryGetMember(attributes, field.Name, out var value) ? TimeField.Read(value) : null;

    /// <summary>Whether the member is there and not null.</summary>
    public bool Has(Field field) => TryGetMember(attributes, field.Name, out _);

    /// <summary>The objects; none when the member is absent.</summary>
    public IEnumerable<JsonElement> Get(ObjectListField field) =>
        TryGetMember(attributes, field.Name, out var value) ? value.EnumerateArray() : [];

    /// <summary>The value as it came.</summary>
    public JsonElement Get(ValueField field) => TryGetMember(attributes, field.Name, out var value) ? value : default;

    /// <summary>The object, or null.</summary>
    public JsonElement? Get(ObjectField field) => TryGetMember(attributes, field.Name, out var value) ? value : null;

    /// <summary>The id that a relationship refers to, or null.</summary>
    public Guid? Get(RelationshipField field) =>
        TryGetMember(relationships, field.Name, out var relationship)
        && TryGetMember(relationship, "data", out var data)
        && TryGetMember(data, "id", out var id)
        && UuidParameter.TryRead(id.GetString(), out var value)
            ? value
            : null;

    /// <summary>The ids that a relationship to many refers to; none when it is absent.</summary>
    public ImmutableArray<Guid> GetMany(RelationshipField field)
    {
        if (!TryGetMember(relationships, field.Name, out var relationship) || !TryGetMember(relationship, "data", out var data))
        {
            return [];
        }

        var ids = ImmutableArray.CreateBuilder<Guid>(data.GetArrayLength());
        foreach (var reference in data.EnumerateArray())
        {
            _ = UuidParameter.TryRead(reference.GetProperty("id").GetString(), out var id);
            ids.Add(id);
        }

        return ids.MoveToImmutable();
    }

    /// <summary>The ids, of any kind, that a relationship to many refers to; none when it is absent.</summary>
    public IEnumerable<string> GetTexts(RelationshipField field) =>
        TryGetMember(relationships, field.Name, out var relationship) && TryGetMember(relationship, "data", out var references)
            ? references.EnumerateArray().Select(static reference => reference.GetProperty("id").GetString()!)
            : [];

    /// <summary>The resources of a body that may have many.</summary>
    public JsonElement.ArrayEnumerator Items => data.EnumerateArray();

    /// <summary>A member that is there and not null.</summary>
    public static bool TryGetMember(JsonElement parent, string name, out JsonElement member)
    {
        if (parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out member))
        {
            return member.ValueKind != JsonValueKind.Null;
        }

        member = default;
        return false;
    }

    /// <summary>The refusal of a resource whose <c>type</c> is another than the expected one, or null.</summary>
    public static ApiError? CheckType(JsonElement resource, string expected)
    {
        if (!TryGetMember(resource, "type", out var type))
        {
            return ApiError.BadRequest($"got type \"\" expected one of \"{expected}\"");
        }

        if (type.ValueKind != JsonValueKind.String)
        {
            return ApiError.BadRequest($"error decoding \"type\": invalid type {JsonTypes.NameOf(type)}");
        }

        if (type.ValueEquals(expected))
        {
            return null;
        }

        var given = type.GetString()!;
        return ApiError.BadRequest($"got type \"{Quoted.Cut(given)}\" expected one of \"{expected}\"");
    }

    private static ImmutableArray<string> ReadTexts(JsonElement list)
    {
        var texts = ImmutableArray.CreateBuilder<string>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            texts.Add(item.GetString()!);
        }

        return texts.MoveToImmutable();
    }
}
