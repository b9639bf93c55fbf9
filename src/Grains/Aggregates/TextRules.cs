using Switchboard.Commands;

namespace Switchboard.Grains.Aggregates;

/// <summary>The rules that every text from outside must meet: present where it must be, bounded, and storable.</summary>
internal static class TextRules
{
    /// <summary>Null when the text may be empty or holds at least one character that is not white space, and meets <see cref="Optional"/>.</summary>
    public static DomainError? Required(string field, string? text, int limit) =>
        string.IsNullOrWhiteSpace(text)
            ? DomainError.Malformed($"{field} must not be empty")
            : Optional(field, text, limit);

    /// <summary>Null when the text is absent, or within the limit and storable.</summary>
    public static DomainError? Optional(string field, string? text, int limit)
    {
        if (text is null)
        {
            return null;
        }

        if (text.Length > limit)
        {
            return DomainError.Invalid($"{field} has {text.Length} characters; at most {limit} are allowed");
        }

        return IsStorable(text)
            ? null
            : DomainError.Invalid($"{field} holds U+0000 or half of a surrogate pair, which cannot be stored; leave it out");
    }

    /// <summary>PostgreSQL's text has no U+0000, and UTF-8 has no lone surrogates.</summary>
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
        {
            return false;
        }

        for (var i = text.IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
