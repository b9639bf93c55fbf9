using System.Collections.Immutable;

namespace Switchboard.Storage.Cases;

/// <summary>A case's attributes as they are searched: one text <c>key:value</c> for each value, lower case.</summary>
internal static class CaseFacets
{
    /// <summary>One facet.</summary>
    public static string Of(string key, string value) => $"{key}:{value}".ToLowerInvariant();

    /// <summary>All facets of a case.</summary>
    public static string[] Of(ImmutableSortedDictionary<string, ImmutableArray<string>> attributes) =>
        [.. attributes.SelectMany(pair => pair.Value.Select(value => Of(pair.Key, value)))];
}
