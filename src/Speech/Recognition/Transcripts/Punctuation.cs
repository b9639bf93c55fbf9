using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Switchboard.Speech.Recognition.Transcripts;

/// <summary>Capitals and marks. Pure.</summary>
internal static class Punctuation
{
    private static readonly FrozenDictionary<string, string> _spoken = new Dictionary<string, string>
    {
        ["comma"] = ",",
        ["period"] = ".",
        ["full stop"] = ".",
        ["question mark"] = "?",
        ["exclamation mark"] = "!",
        ["exclamation point"] = "!",
        ["colon"] = ":",
        ["semicolon"] = ";",
        ["semi colon"] = ";",
        ["new line"] = "\n",
        ["new paragraph"] = "\n\n",
    }.ToFrozenDictionary();

    /// <summary>The words beside what is written for each; spoken marks hang on the word before them.</summary>
    public static ImmutableArray<(RecognizedWord Word, string Written)> Write(
        ImmutableArray<RecognizedWord> words, bool dictation, bool begins, bool ends)
    {
        var result = ImmutableArray.CreateBuilder<(RecognizedWord Word, string Written)>(words.Length);
        var capital = begins;
        for (var i = 0; i < words.Length; i++)
        {
            if (dictation && result.Count > 0 && Mark(words, i) is { } mark)
            {
                var (before, written) = result[^1];
                result[^1] = (before, written + mark.Text);
                capital = mark.Text is not ("," or ":" or ";");
                i += mark.Words - 1;
                continue;
            }

            var text = words[i].Text;
            result.Add((words[i], capital || text == "i" || text.StartsWith("i'", StringComparison.Ordinal) ? Capital(text) : text));
            capital = false;
        }

        if (ends && result.Count > 0 && (char.IsLetterOrDigit(result[^1].Written[^1]) || result[^1].Written[^1] is ']' or '*'))
        {
            var (word, written) = result[^1];
            result[^1] = (word, written + ".");
        }

        return result.ToImmutable();
    }

    private static (string Text, int Words)? Mark(ImmutableArray<RecognizedWord> words, int at)
    {
        if (at + 1 < words.Length && _spoken.TryGetValue($"{words[at].Text} {words[at + 1].Text}", out var pair))
        {
            return (pair, 2);
        }

        return _spoken.TryGetValue(words[at].Text, out var single) ? (single, 1) : null;
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
