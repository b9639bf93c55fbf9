using System.Collections.Frozen;
using System.Globalization;

namespace Switchboard.Speech.Recognition.Transcripts;

/// <summary>Reads numbers that were spoken in English: "two hundred and five" is 205, "nineteen eighty four" 1984. Pure.</summary>
internal static class SpokenNumbers
{
    private static readonly FrozenDictionary<string, int> _small = new Dictionary<string, int>
    {
        ["zero"] = 0,
        ["one"] = 1,
        ["two"] = 2,
        ["three"] = 3,
        ["four"] = 4,
        ["five"] = 5,
        ["six"] = 6,
        ["seven"] = 7,
        ["eight"] = 8,
        ["nine"] = 9,
        ["ten"] = 10,
        ["eleven"] = 11,
        ["twelve"] = 12,
        ["thirteen"] = 13,
        ["fourteen"] = 14,
        ["fifteen"] = 15,
        ["sixteen"] = 16,
        ["seventeen"] = 17,
        ["eighteen"] = 18,
        ["nineteen"] = 19,
        ["twenty"] = 20,
        ["thirty"] = 30,
        ["forty"] = 40,
        ["fifty"] = 50,
        ["sixty"] = 60,
        ["seventy"] = 70,
        ["eighty"] = 80,
        ["ninety"] = 90,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, long> _scales = new Dictionary<string, long>
    {
        ["thousand"] = 1_000,
        ["million"] = 1_000_000,
        ["billion"] = 1_000_000_000,
    }.ToFrozenDictionary();

    /// <summary>Whether a word is part of a number wherever it stands.</summary>
    public static bool IsNumber(string word) => _small.ContainsKey(word) || _scales.ContainsKey(word) || word is "hundred";

    /// <summary>The number that begins at a word: its digits and how many words it takes; null where none begins.</summary>
    public static (string Digits, int Words)? Read(IReadOnlyList<RecognizedWord> words, int at)
    {
        var (value, count) = ReadCardinal(words, at);
        if (count == 0)
        {
            return null;
        }

        // Years are said in two halves; "oh" stands in neither.
        if (value is >= 13 and <= 20 && ReadCardinal(words, at + count) is { Words: > 0, Value: >= 10 and <= 99 } rest)
        {
            return (((value * 100) + rest.Value).ToString(CultureInfo.InvariantCulture), count + rest.Words);
        }

        return (value.ToString(CultureInfo.InvariantCulture), count);
    }

    private static (long Value, int Words) ReadCardinal(IReadOnlyList<RecognizedWord> words, int at)
    {
        long total = 0, group = -1;
        var scale = long.MaxValue;
        var i = at;
        for (; i < words.Count; i++)
        {
            var word = words[i].Text;
            if (word == "and" && IsOpen(group) && i + 1 < words.Count && _small.TryGetValue(words[i + 1].Text, out var next) && next > 0)
            {
                continue;
            }

            if (_small.TryGetValue(word, out var small) && Fits(small, group, total))
            {
                group = Math.Max(group, 0) + small;
            }
            else if (word == "hundred" && group is (> 0 and < 10) or (> 10 and < 100 and not 20 and not 30))
            {
                group *= 100;
            }
            else if (_scales.TryGetValue(word, out var factor) && group > 0 && factor < scale)
            {
                total += group * factor;
                (group, scale) = (-1, factor);
            }
            else
            {
                break;
            }
        }

        // An "and" that nothing followed is not part of it.
        if (i > at && words[i - 1].Text == "and")
        {
            i--;
        }

        return i == at ? (0, 0) : (total + Math.Max(group, 0), i - at);

        bool IsOpen(long value) => (value > 0 && value % 100 == 0) || (value < 0 && scale != long.MaxValue);
    }

    // Zero stands alone; tens and teens stand first or behind a hundred; units also behind tens.
    private static bool Fits(int small, long group, long total)
    {
        if (small == 0)
        {
            return group < 0 && total == 0;
        }

        if (group < 0 || (group > 0 && group % 100 == 0))
        {
            return true;
        }

        return small < 10 && group % 10 == 0 && group % 100 >= 20;
    }
}
