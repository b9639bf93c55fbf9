using System.Text;

namespace Switchboard.Storage.DeadLetters;

/// <summary>Text from records that may hold anything, made fit for a text column: no U+0000, no half of a surrogate pair, not too long.</summary>
internal static class StorableText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text, at most <paramref name="most"/> characters of it.</summary>
    public static string Of(string text, int most = 1000)
    {
        var length = Math.Min(text.Length, most);
        var fit = new StringBuilder(length);
        for (var i = 0; i < length; i++)
        {
            var character = text[i];
            if (char.IsHighSurrogate(character) && i + 1 < length && char.IsLowSurrogate(text[i + 1]))
            {
                fit.Append(character).Append(text[++i]);
            }
            else
            {
                fit.Append(character == '\0' || char.IsSurrogate(character) ? Replacement : character);
            }
        }

        return fit.ToString();
    }
}
