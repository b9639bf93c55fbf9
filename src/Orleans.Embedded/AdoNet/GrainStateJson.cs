using System.Text;
using Newtonsoft.Json;
using Orleans.Storage;

namespace Orleans.AdoNet;

/// <summary>
/// State as the JSON that Microsoft Orleans stores by default: `$id`/`$ref` for objects met twice, `$type` on every object, no null and
/// no default values. Same library and same settings, so that either engine reads what the other wrote.
/// </summary>
internal sealed class GrainStateJson(IGrainFactory grains) : IGrainStorageSerializer
{
    private readonly JsonSerializerSettings _settings = new()
    {
        TypeNameHandling = TypeNameHandling.All,
        TypeNameAssemblyFormatHandling = TypeNameAssemblyFormatHandling.Simple,
        PreserveReferencesHandling = PreserveReferencesHandling.Objects,
        DefaultValueHandling = DefaultValueHandling.Ignore,
        NullValueHandling = NullValueHandling.Ignore,
        ConstructorHandling = ConstructorHandling.AllowNonPublicDefaultConstructor,
        SerializationBinder = new StoredTypes(),
        Converters = [new StoredAddress(), new StoredEndpoint(), new StoredGrainId(), new StoredReference(grains)],
    };

    // One for every document: a serializer remembers the objects that it met, and would refer to those of another document.
    private JsonSerializer Serializer => JsonSerializer.Create(_settings);

    public BinaryData Serialize<T>(T? input)
    {
        using var bytes = new MemoryStream();
        using (var text = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        {
            Serializer.Serialize(text, input, typeof(T));
        }

        return new BinaryData(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    public T? Deserialize<T>(BinaryData input)
    {
        using var text = new StreamReader(input.ToStream(), Encoding.UTF8);
        using var json = new JsonTextReader(text);
        return Serializer.Deserialize<T>(json);
    }
}
