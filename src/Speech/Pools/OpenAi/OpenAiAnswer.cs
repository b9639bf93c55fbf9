using System.Text.Json.Serialization;

namespace Switchboard.Speech.Pools.OpenAi;

/// <summary>An answer in the form <c>verbose_json</c>.</summary>
internal sealed record OpenAiAnswer(string? Text, string? Language, double? Duration, OpenAiWord[]? Words);

/// <summary>A word; times in seconds.</summary>
internal sealed record OpenAiWord(string Word, double Start, double End);

/// <summary>How the JSON is read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAiAnswer))]
internal sealed partial class OpenAiJson : JsonSerializerContext;
