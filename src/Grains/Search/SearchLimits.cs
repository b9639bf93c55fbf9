namespace Switchboard.Grains.Search;

/// <summary>What a search may ask for. Each limit keeps the cost of the worst query in proportion to its use.</summary>
public static class SearchLimits
{
    /// <summary>Characters of a query (UTF-16 code units).</summary>
    public const int MaxLength = 4096;

    /// <summary>Parentheses and exclusions inside one another.</summary>
    public const int MaxDepth = 64;

    /// <summary>Words, phrases and facet values of a query.</summary>
    public const int MaxTerms = 256;

    /// <summary>The most cases that a page holds.</summary>
    public const int MaxPageSize = 100;

    /// <summary>
    /// How many matches can be paged through and are counted (the value that Elasticsearch has for both, <c>index.max_result_window</c>
    /// and <c>track_total_hits</c>). Whoever wants more narrows the query, by <c>created_at</c> for instance.
    /// </summary>
    public const int Window = 10_000;

    /// <summary>The longest <c>key:value</c> of an attribute that is searched, in characters; the rest of a longer one is not.</summary>
    public const int MaxAttributeTerm = 500;

    /// <summary>The most cases that a part of a walk holds.</summary>
    public const int MaxWalkSize = 1_000;

    /// <summary>The most fields that cases are grouped by.</summary>
    public const int MaxGroupFields = 5;

    /// <summary>The most groups that are answered, of each field or of a combination.</summary>
    public const int MaxGroups = 1_000;

    /// <summary>The most suggestions.</summary>
    public const int MaxSuggestions = 100;

    /// <summary>How many cases with a fitting attribute suggestions are made from.</summary>
    public const int SuggestedFrom = 5_000;
}
