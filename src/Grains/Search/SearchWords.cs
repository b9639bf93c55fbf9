using System.Collections.Immutable;
using System.Text;

namespace Switchboard.Grains.Search;

/// <summary>
/// What a word is, in a query and in a case: a run of letters and digits, lower case. <c>db-3.example.test</c> is four words, so that
/// each of them is found; the same four together are found by the whole name. The schema's <c>case_words</c> function agrees.
/// </summary>
public static class SearchWords
{
    /// <summary>Longer words are not searched (a limit of PostgreSQL's full text, in bytes of UTF-8).</summary>
    public const int MaxBytes = 2046;

    /// <summary>The words of a text, in order.</summary>
    public static ImmutableArray<string> Of(string text)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var start = -1;
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsWordCharacter(rune))
            {
                start = start < 0 ? end : start;
            }
            else if (start >= 0)
            {
                words.Add(text[start..end].ToLowerInvariant());
                start = -1;
            }

            end += rune.Utf16SequenceLength;
        }

        if (start >= 0)
        {
            words.Add(text[start..].ToLowerInvariant());
        }

        return words.ToImmutable();
    }

    /// <summary>
    /// Outside ASCII, whatever is not punctuation, a symbol or blank: PostgreSQL's parser may cut such a word further (its locale knows
    /// letters), and cuts the query's word in the same places.
    /// </summary>
    private static bool IsWordCharacter(Rune rune) => rune.IsAscii
        ? Rune.IsLetterOrDigit(rune)
        : !Rune.IsPunctuation(rune) && !Rune.IsSymbol(rune) && !Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune);
}
