using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Storage.Cases;

/// <summary>
/// What is searched by facet: one text <c>key:value</c> for each value of an attribute, lower case; and what the case has of other lists,
/// under keys that begin with a sign that no attribute's key can have.
/// </summary>
internal static class CaseFacets
{
    /// <summary>The key of a watcher's id.</summary>
    public const string Watcher = "!watcher";

    /// <summary>The key of an insight's type.</summary>
    public const string InsightType = "!insight.type";

    /// <summary>The key of what an insight refers to: <c>type:resource</c>.</summary>
    public const string Insight = "!insight";

    /// <summary>One facet.</summary>
    public static string Of(string key, string value) => $"{key}:{value}".ToLowerInvariant();

    /// <summary>All facets of a case.</summary>
    public static string[] Of(CaseSnapshot row) =>
    [
        .. Of(row.Attributes),
        .. row.Details.CustomValues.SelectMany(static pair => pair.Value.Values.Select(value => Of(pair.Key, value))),
        .. row.Details.Watchers.Select(static id => Of(Watcher, id.ToString("D"))),
        .. row.Details.Insights.Select(static one => Of(InsightType, one.Type)).Distinct(StringComparer.Ordinal),
        .. row.Details.Insights.Select(static one => Of(Insight, $"{one.Type}:{one.ResourceId}")),
    ];

    /// <summary>The facets of attributes.</summary>
    public static string[] Of(ImmutableSortedDictionary<string, ImmutableArray<string>> attributes) =>
        [.. attributes.SelectMany(pair => pair.Value.Select(value => Of(pair.Key, value)))];
}
