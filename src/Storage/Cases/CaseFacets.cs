using Switchboard.Cases;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Cases;

/// <summary>What is searched by facet: one text <c>key:value</c> for each of a case's terms.</summary>
internal static class CaseFacets
{
    /// <summary>All facets of a case.</summary>
    public static string[] Of(CaseSnapshot row) => [.. CaseTerms.Of(row).Select(static term => term.ToString())];
}
