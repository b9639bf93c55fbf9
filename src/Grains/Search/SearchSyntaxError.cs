using Switchboard.Commands;

namespace Switchboard.Grains.Search;

/// <summary>Why a query could not be read.</summary>
/// <param name="Position">Where, counted from 0 in UTF-16 code units; the query's length when it ended too early.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Expected">What should, or what to do.</param>
/// <param name="Excerpt">The query around the position, and under it a caret.</param>
public sealed record SearchSyntaxError(int Position, string Found, string Expected, string Excerpt)
{
    private const int Before = 40;
    private const int After = 20;

    /// <summary>The error as the caller of an operation sees it.</summary>
    public DomainError ToDomainError() => DomainError.Malformed(
        string.Create(null, $"search query, character {Position + 1}: found {Found}, expected {Expected}\n{Excerpt}"));

    internal static SearchSyntaxError At(string query, int position, string found, string expected) =>
        new(position, found, expected, Draw(query, position));

    private static string Draw(string query, int position)
    {
        var from = Math.Max(0, position - Before);
        var to = Math.Min(query.Length, position + After);
        var line = string.Create(to - from, (query, from), static (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                // One visible column each, so that the caret stands under the right character.
                var c = state.query[state.from + i];
                span[i] = char.IsControl(c) || char.IsSurrogate(c) || char.IsWhiteSpace(c) ? (char.IsSurrogate(c) ? '\u25a1' : ' ') : c;
            }
        });
        var lead = from > 0 ? "\u2026" : "";
        var tail = to < query.Length ? "\u2026" : "";
        return $"{lead}{line}{tail}\n{new string(' ', lead.Length + position - from)}^";
    }
}
