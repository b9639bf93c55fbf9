using System.Text.Json.Serialization;

namespace Switchboard.Speech.Pools.Vosk;

/// <summary>An answer of vosk-server.</summary>
/// <param name="Partial">The words of the utterance so far.</param>
/// <param name="Text">The words of an utterance that is over.</param>
/// <param name="Result">The same with times and confidences; missing when nothing was heard.</param>
internal sealed record VoskAnswer(string? Partial, string? Text, VoskWord[]? Result);

/// <summary>A word; times in seconds of the stream.</summary>
internal sealed record VoskWord(string Word, double Start, double End, double Conf);

/// <summary>How Vosk's JSON is read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VoskAnswer))]
internal sealed partial class VoskJson : JsonSerializerContext;
