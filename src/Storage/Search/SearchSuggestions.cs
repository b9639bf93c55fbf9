using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>Suggestions for facets other than attributes.</summary>
internal sealed class SearchSuggestions(ImmutableArray<CaseType> types, SearchNames names)
{
    private static readonly ImmutableArray<string> s_keys =
    [
        "archived", "assignee", "closed_at", "created_at", "created_by", "creation_source", "has", "key", "merge_status", "modified_at", "modified_by",
        "priority", "project", "project_id", "public_id", "status", "status_group", "status_name", "type", "type_id",
    ];

    private static readonly ImmutableArray<string> s_dates = ["now-1d", "now-7d", "now-30d"];

    /// <summary>Built-in facets that begin with a text.</summary>
    public static IEnumerable<string> Keys(string typed) => s_keys.Where(key => key.StartsWith(typed, StringComparison.Ordinal));

    /// <summary>Whether a facet is none of the attributes.</summary>
    public static bool IsBuiltIn(string facet) => s_keys.Contains(facet) || facet is "project.key" or "is_archived" or "due_date" or "watcher" or "insight.type" or "jira.key";

    /// <summary>Values of a built-in facet that begin with a text.</summary>
    public async ValueTask<IEnumerable<string>> ValuesAsync(Guid orgId, string facet, string typed, CancellationToken cancellationToken) => facet switch
    {
        "project" or "project.key" => (await names.ProjectsAsync(orgId, new([typed, ""]), cancellationToken)).Select(static p => p.Name).Order(StringComparer.Ordinal),
        "assignee" or "created_by" or "modified_by" => Fitting(["@me", .. facet == "created_by" ? (string[])[] : ["none"]], typed)
            .Concat((await names.UsersAsync(orgId, new([typed, ""]), SearchLimits.MaxSuggestions, cancellationToken)).Select(static u => u.Name)),
        _ => Fitting(Closed(facet), typed),
    };

    private IEnumerable<string> Closed(string facet) => facet switch
    {
        "status" => Groups.Concat(StatusNames),
        "status_group" => Groups,
        "status_name" => StatusNames,
        "priority" => Enum.GetValues<CasePriority>().OrderBy(static p => ((int)p + 5) % 6).Select(CaseNames.Of),
        "type" => types.Select(static t => t.Name).Order(StringComparer.OrdinalIgnoreCase),
        "type_id" => types.Select(static t => t.Id.ToString()),
        "creation_source" => ["MANUAL"],
        "merge_status" => ["NOT_MERGED", "MERGED", "PARENT"],
        "archived" or "is_archived" => ["true", "false"],
        "created_at" or "modified_at" or "closed_at" or "due_date" => s_dates,
        "has" => ["assignee", "description", "comments", "modified_at", "closed_at", "archived"],
        _ => [],
    };

    private static IEnumerable<string> Groups => Enum.GetValues<StatusGroup>().Select(static g => CaseNames.Of(g)["SG_".Length..]);

    private IEnumerable<string> StatusNames =>
        types.Where(static t => t.Open is not null).SelectMany(static t => t.StatusNames).Distinct(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Fitting(IEnumerable<string> all, string typed) =>
        all.Where(one => one.StartsWith(typed, StringComparison.OrdinalIgnoreCase));
}
