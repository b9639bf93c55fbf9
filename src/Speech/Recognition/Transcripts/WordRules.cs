using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Switchboard.Speech.Recognition.Transcripts;

/// <summary>
/// Rules that turn the words of an utterance into fewer, more or other words. Each is pure and keeps the order and the times: where
/// several words become one, it lasts from the first's beginning to the last's end and is as sure as the least sure of them.
/// </summary>
internal static class WordRules
{
    private static readonly FrozenSet<string> _fillers = FrozenSet.Create(StringComparer.Ordinal, "uh", "um", "uhm", "er", "mm", "mhm", "hmm");

    private static readonly FrozenSet<string> _profanity = FrozenSet.Create(
        StringComparer.Ordinal,
        "ass", "asshole", "bastard", "bitch", "bitches", "bullshit", "cock", "crap", "cunt", "damn", "dick", "fuck", "fucked", "fucker", "fucking",
        "goddamn", "motherfucker", "motherfucking", "piss", "pissed", "shit", "shitty", "slut", "whore");

    public static ImmutableArray<RecognizedWord> WithoutFillers(ImmutableArray<RecognizedWord> words) =>
        [.. words.Where(word => !_fillers.Contains(word.Text))];

    /// <summary>Leaves of each bad word its first letter.</summary>
    public static ImmutableArray<RecognizedWord> Masked(ImmutableArray<RecognizedWord> words) =>
    [
        .. words.Select(word => _profanity.Contains(word.Text) ? word with { Text = word.Text[0] + new string('*', word.Text.Length - 1) } : word),
    ];

    /// <summary>Writes numbers in digits; a "one" by itself is more often a word than a number.</summary>
    public static ImmutableArray<RecognizedWord> WithDigits(ImmutableArray<RecognizedWord> words)
    {
        var result = ImmutableArray.CreateBuilder<RecognizedWord>(words.Length);
        for (var i = 0; i < words.Length;)
        {
            var alone = words[i].Text == "one"
                && !(i > 0 && SpokenNumbers.IsNumber(words[i - 1].Text)) && !(i + 1 < words.Length && SpokenNumbers.IsNumber(words[i + 1].Text));
            if (!alone && SpokenNumbers.Read(words, i) is { } number)
            {
                result.Add(Join(words.AsSpan(i, number.Words), number.Digits));
                i += number.Words;
            }
            else
            {
                result.Add(words[i++]);
            }
        }

        return result.ToImmutable();
    }

    /// <summary>Puts one token in the place of each run of numbers; "oh" between digits is one.</summary>
    public static ImmutableArray<RecognizedWord> WithoutNumbers(ImmutableArray<RecognizedWord> words)
    {
        var result = ImmutableArray.CreateBuilder<RecognizedWord>(words.Length);
        var count = 0;
        for (var i = 0; i < words.Length;)
        {
            var end = i;
            while (end < words.Length && IsDigit(words, end))
            {
                end++;
            }

            if (end == i)
            {
                result.Add(words[i++]);
                continue;
            }

            result.Add(Join(words.AsSpan(i, end - i), $"[NUMBER_{++count}]"));
            i = end;
        }

        return result.ToImmutable();
    }

    /// <summary>Replaces words and phrases, as <c>find:replacement</c>; without a replacement they are removed.</summary>
    public static ImmutableArray<RecognizedWord> Replaced(ImmutableArray<RecognizedWord> words, ImmutableArray<string> pairs)
    {
        foreach (var pair in pairs)
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            var find = Split(colon < 0 ? pair : pair[..colon]);
            var replacement = colon < 0 ? "" : pair[(colon + 1)..].Trim();
            if (find.Length == 0)
            {
                continue;
            }

            var result = ImmutableArray.CreateBuilder<RecognizedWord>(words.Length);
            for (var i = 0; i < words.Length;)
            {
                if (!StartsWith(words, i, find))
                {
                    result.Add(words[i++]);
                    continue;
                }

                if (replacement.Length > 0)
                {
                    result.Add(Join(words.AsSpan(i, find.Length), replacement));
                }

                i += find.Length;
            }

            words = result.ToImmutable();
        }

        return words;
    }

    public static bool StartsWith(ImmutableArray<RecognizedWord> words, int at, string[] phrase)
    {
        if (at + phrase.Length > words.Length)
        {
            return false;
        }

        for (var i = 0; i < phrase.Length; i++)
        {
            if (!string.Equals(words[at + i].Text, phrase[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    public static string[] Split(string phrase) => phrase.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static RecognizedWord Join(ReadOnlySpan<RecognizedWord> words, string text)
    {
        var least = 1.0;
        foreach (var word in words)
        {
            least = Math.Min(least, word.Confidence);
        }

        return new RecognizedWord(text, words[0].Start, words[^1].End, least);
    }

    private static bool IsDigit(ImmutableArray<RecognizedWord> words, int at)
    {
        var word = words[at].Text;
        if (SpokenNumbers.IsNumber(word) || char.IsAsciiDigit(word[0]))
        {
            return true;
        }

        var between = at > 0 && SpokenNumbers.IsNumber(words[at - 1].Text) && at + 1 < words.Length && SpokenNumbers.IsNumber(words[at + 1].Text);
        return between && word is ("oh" or "o" or "and");
    }
}
