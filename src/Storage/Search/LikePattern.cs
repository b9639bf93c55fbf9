using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>Patterns of the language as those of SQL's <c>like</c>.</summary>
internal static class LikePattern
{
    /// <summary>The pattern; <paramref name="spell"/> gives the pieces the letter case of the column.</summary>
    public static string Of(TextPattern pattern, Func<string, string>? spell) => string.Join('%', pattern.Pieces.Select(p => (spell is null ? p : spell(p))
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal)));
}
