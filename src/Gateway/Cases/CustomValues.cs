using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Cases;

/// <summary>What cases say under custom attributes, to and from <c>{type, is_multi, value}</c>.</summary>
internal static class CustomValues
{
    public static TextField Type { get; } = new("type", Required: true) { Description = "URL, TEXT, NUMBER or SELECT." };

    public static BooleanField IsMulti { get; } = new("is_multi", Required: true) { Description = "Whether value is a list." };

    public static ValueField Value { get; } = new("value") { Description = "A text or a number; a list of them when is_multi." };

    /// <summary>The value of an update's body.</summary>
    public static Either<CustomValue> Read(ResourceBody body) =>
        Read(body.Get(Type)!, body.Get(IsMulti)!.Value, body.Get(Value), Value.Name);

    /// <summary>The values of a new case.</summary>
    public static Either<ImmutableSortedDictionary<string, CustomValue>> ReadAll(JsonElement values)
    {
        var read = ImmutableSortedDictionary.CreateBuilder<string, CustomValue>(StringComparer.Ordinal);
        foreach (var member in values.EnumerateObject())
        {
            if (Find(member.Value, Type, out var type) is { } badType)
            {
                return badType;
            }

            if (Find(member.Value, IsMulti, out var isMulti) is { } badFlag)
            {
                return badFlag;
            }

            if (Find(member.Value, Value, out var value) is { } badValue)
            {
                return badValue;
            }

            var one = Read(type.GetString()!, isMulti.GetBoolean(), value, member.Name);
            if (one.Refusal is { } refusal)
            {
                return refusal;
            }

            read[member.Name] = one.Value!;
        }

        return read.ToImmutable();
    }

    public static void Write(Utf8JsonWriter json, ImmutableSortedDictionary<string, CustomValue> values)
    {
        json.WriteStartObject("custom_attributes"u8);
        foreach (var (key, value) in values)
        {
            json.WriteStartObject(key);
            json.WriteBoolean("is_multi"u8, value.IsMulti);
            json.WriteString("type"u8, value.Type);
            json.WritePropertyName("value"u8);
            if (value.IsMulti)
            {
                json.WriteStartArray();
            }

            foreach (var one in value.Values)
            {
                WriteOne(json, value.Type, one);
            }

            if (value.IsMulti)
            {
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteOne(Utf8JsonWriter json, string type, string value)
    {
        if (type == CustomAttributeTypes.Number)
        {
            json.WriteRawValue(value, skipInputValidation: false);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }

    private static ApiError? Find(JsonElement value, Field field, out JsonElement member)
    {
        member = default;
        if (value.ValueKind != JsonValueKind.Object)
        {
            return ApiError.BadRequest($"error decoding attribute \"custom_attributes\": invalid type {JsonTypes.NameOf(value)}");
        }

        _ = ResourceBody.TryGetMember(value, field.Name, out member);
        return field.Check(value);
    }

    private static Either<CustomValue> Read(string type, bool isMulti, JsonElement value, string name)
    {
        if (!CustomAttributeTypes.All.Contains(type))
        {
            return ApiError.BadRequest($"unknown type {Quoted.Cut(type)}. Must be one of {string.Join(", ", CustomAttributeTypes.All)}");
        }

        if (isMulti != (value.ValueKind == JsonValueKind.Array))
        {
            return ApiError.BadRequest($"attribute \"{Quoted.Cut(name)}\": a list is given if and only if is_multi is true");
        }

        var items = isMulti ? value.EnumerateArray().AsEnumerable() : [value];
        var kind = type == CustomAttributeTypes.Number ? JsonValueKind.Number : JsonValueKind.String;
        return items.Any(item => item.ValueKind != kind)
            ? ApiError.BadRequest($"attribute \"{Quoted.Cut(name)}\" of type {type} takes JSON {(kind == JsonValueKind.Number ? "numbers" : "strings")}")
            : new CustomValue(type, isMulti, ValueField.Read(value)!.Value);
    }
}
