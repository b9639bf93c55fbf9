using System.Collections.Immutable;

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
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && IsWordCharacter(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                words.Add(text[start..i].ToLowerInvariant());
                start = -1;
            }
        }

        return words.ToImmutable();
    }

    /// <summary>
    /// Outside ASCII, whatever is not punctuation, a symbol or blank: PostgreSQL's parser may cut such a word further (its locale knows
    /// letters), and cuts the query's word in the same places.
    /// </summary>
    private static bool IsWordCharacter(char c) => char.IsAscii(c)
        ? char.IsAsciiLetterOrDigit(c)
        : !char.IsPunctuation(c) && !char.IsSymbol(c) && !char.IsWhiteSpace(c) && !char.IsControl(c);
}
