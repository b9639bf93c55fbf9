using System.Collections.Immutable;

namespace Switchboard.Grains.Search;

/// <summary>A text that another one is compared with, letter case aside: exactly, or with wildcards.</summary>
/// <param name="Pieces">Lower-case pieces; any text may stand between two of them. One piece: exactly this text.</param>
public sealed record TextPattern(ImmutableArray<string> Pieces)
{
    /// <summary>True when the pattern has no wildcard.</summary>
    public bool IsExact => Pieces.Length == 1;

    /// <summary>True when any text matches.</summary>
    public bool IsAny => Pieces.Length > 1 && Pieces.All(static p => p.Length == 0);

    /// <summary>The exact text, or what every match begins with.</summary>
    public string Start => Pieces[0];

    /// <summary>The pattern of a facet's value; null for a range.</summary>
    public static TextPattern? Of(FacetValue value) => value switch
    {
        ExactValue exact => Exact(exact.Text),
        WildcardValue wildcard => new([.. wildcard.Pieces.Select(static p => p.ToLowerInvariant())]),
        _ => null,
    };

    /// <summary>Matches this text only.</summary>
    public static TextPattern Exact(string text) => new([text.ToLowerInvariant()]);

    /// <summary>Whether a text matches.</summary>
    public bool Matches(string text)
    {
        var rest = text.ToLowerInvariant().AsSpan();
        if (IsExact)
        {
            return rest.SequenceEqual(Pieces[0]);
        }

        if (!rest.StartsWith(Pieces[0], StringComparison.Ordinal))
        {
            return false;
        }

        // Leftmost matches of the pieces in between leave the most for the last one: linear, without going back.
        rest = rest[Pieces[0].Length..];
        foreach (var piece in Pieces.AsSpan()[1..^1])
        {
            var at = rest.IndexOf(piece, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + piece.Length)..];
        }

        return rest.EndsWith(Pieces[^1], StringComparison.Ordinal);
    }
}
