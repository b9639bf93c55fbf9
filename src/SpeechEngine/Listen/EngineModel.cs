using Switchboard.Grains.Speech.Wire;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>The model's true name, whatever name a client called it by.</summary>
internal static class EngineModel
{
    public static readonly Guid Id = new("8f0d6a52-6b1c-5e51-9a52-52c6f3f8a1b7");

    public static readonly ModelInfo Info = new("embedded-en-us", "5prealpha", "pocketsphinx");

    /// <summary>Whether the model speaks the language; <c>multi</c> includes English.</summary>
    public static bool Speaks(string language) =>
        language.Equals("multi", StringComparison.OrdinalIgnoreCase)
        || language.Equals("en", StringComparison.OrdinalIgnoreCase)
        || language.StartsWith("en-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Names of what was asked for and is not done; the rest of the answer is as without it.</summary>
    public static IEnumerable<string> Undone(ListenParameters parameters)
    {
        foreach (var name in parameters.Unsupported)
        {
            yield return name;
        }

        if (parameters.Diarize)
        {
            yield return "diarize";
        }

        if (!parameters.Keyterms.IsEmpty)
        {
            yield return "keyterm";
        }
    }
}
