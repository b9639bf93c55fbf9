using System.Globalization;
using System.Net;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orleans.Runtime;

namespace Orleans.AdoNet;

/// <summary>An address as its text.</summary>
internal sealed class StoredAddress : JsonConverter<IPAddress>
{
    public override IPAddress? ReadJson(
        JsonReader reader, Type objectType, IPAddress? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        reader.TokenType is JsonToken.Null ? null : IPAddress.Parse((string)reader.Value!);

    public override void WriteJson(JsonWriter writer, IPAddress? value, JsonSerializer serializer) => writer.WriteValue(value?.ToString());
}

/// <summary>An endpoint as {"Address", "Port"}.</summary>
internal sealed class StoredEndpoint : JsonConverter<IPEndPoint>
{
    public override IPEndPoint? ReadJson(
        JsonReader reader, Type objectType, IPEndPoint? existingValue, bool hasExistingValue, JsonSerializer serializer)
    {
        if (reader.TokenType is JsonToken.Null)
        {
            return null;
        }

        var json = JObject.Load(reader);
        return new IPEndPoint(IPAddress.Parse(json.Text("Address")), int.Parse(json.Text("Port"), CultureInfo.InvariantCulture));
    }

    public override void WriteJson(JsonWriter writer, IPEndPoint? value, JsonSerializer serializer)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("Address");
        writer.WriteValue(value!.Address.ToString());
        writer.WritePropertyName("Port");
        writer.WriteValue(value.Port);
        writer.WriteEndObject();
    }
}

/// <summary>A grain's id as {"Type", "Key"}.</summary>
internal sealed class StoredGrainId : JsonConverter<GrainId>
{
    public override GrainId ReadJson(
        JsonReader reader, Type objectType, GrainId existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        Read(JObject.Load(reader));

    public override void WriteJson(JsonWriter writer, GrainId value, JsonSerializer serializer) => Write(writer, value);

    public static GrainId Read(JObject json) => GrainId.Create(json.Text("Type"), json.Text("Key"));

    public static void Write(JsonWriter writer, GrainId id)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("Type");
        writer.WriteValue(id.Type.ToString());
        writer.WritePropertyName("Key");
        writer.WriteValue(id.Key.ToString());
        writer.WriteEndObject();
    }
}

/// <summary>A grain reference as {"Id", "Interface"}.</summary>
internal sealed class StoredReference(IGrainFactory grains) : JsonConverter
{
    public override bool CanConvert(Type objectType) => typeof(IAddressable).IsAssignableFrom(objectType);

    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
    {
        if (reader.TokenType is JsonToken.Null)
        {
            return null;
        }

        var json = JObject.Load(reader);
        var id = StoredGrainId.Read((JObject?)json["Id"] ?? throw new JsonSerializationException("A stored reference has no \"Id\"."));
        var contract = json.Text("Interface");
        return contract.Length == 0 ? grains.GetGrain(id) : grains.GetGrain(id, GrainInterfaceType.Create(contract));
    }

    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer)
    {
        var reference = value switch
        {
            GrainReference it => it,
            IGrainBase grain => grain.GrainContext.GrainReference,
            _ => throw new JsonSerializationException($"A {value?.GetType()} is neither a grain nor a reference to one."),
        };
        writer.WriteStartObject();
        writer.WritePropertyName("Id");
        StoredGrainId.Write(writer, reference.GrainId);
        writer.WritePropertyName("Interface");
        writer.WriteValue(reference.InterfaceType.ToString());
        writer.WriteEndObject();
    }
}

internal static class StoredJson
{
    /// <summary>The text of a member that must be there.</summary>
    public static string Text(this JObject json, string member) =>
        (string?)json[member] ?? throw new JsonSerializationException($"Stored state lacks \"{member}\" at {json.Path}.");
}
