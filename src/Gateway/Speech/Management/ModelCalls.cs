using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>
/// Models as configured under <c>Speech:Models</c> (<c>Name</c>, <c>Architecture</c>, <c>Version</c>, <c>Languages</c>); without that, the
/// embedded engine's.
/// </summary>
internal sealed class ConfiguredModels : ISpeechModels
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech:Models";

    public ConfiguredModels(IConfiguration configuration)
    {
        var named = configuration.GetSection(Section).GetChildren()
            .Where(static model => !string.IsNullOrEmpty(model["Name"]))
            .Select(static model => new SpeechModel(
                model["Name"]!, model["Architecture"] ?? "", model["Version"] ?? "", [.. model.GetSection("Languages").Get<string[]>() ?? ["en"]]));
        All = [.. named];
        All = All.IsEmpty ? [new SpeechModel("embedded-en-us", "pocketsphinx", "1", ["en", "en-US"])] : All;
    }

    /// <inheritdoc/>
    public ImmutableArray<SpeechModel> All { get; }
}

/// <summary>The models of this installation; the same for every project.</summary>
internal sealed class ModelCalls(ISpeechModels models)
{
    public ValueTask ListAsync(SpeechCall call) => call.SendAsync(json =>
    {
        json.WriteStartArray("stt"u8);
        foreach (var model in models.All)
        {
            json.WriteStartObject();
            Write(json, model);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("tts"u8);
        json.WriteEndArray();
    });

    public ValueTask GetAsync(SpeechCall call)
    {
        var id = call.Id("model_id");
        return models.All.FirstOrDefault(model => SpeechModel.IdOf(model.Name) == id || model.Name == call.Part("model_id")) is { } model
            ? call.SendAsync(json => Write(json, model))
            : call.RefuseAsync(SpeechCall.NotFound("Model not found."));
    }

    private static void Write(Utf8JsonWriter json, SpeechModel model)
    {
        json.WriteString("name"u8, model.Name);
        json.WriteString("canonical_name"u8, model.Name);
        json.WriteString("architecture"u8, model.Architecture);
        json.WriteTexts("languages", model.Languages);
        json.WriteString("version"u8, model.Version);
        json.WriteString("uuid"u8, SpeechModel.IdOf(model.Name));
        json.WriteBoolean("batch"u8, true);
        json.WriteBoolean("streaming"u8, true);
        json.WriteBoolean("formatted_output"u8, true);
    }
}
