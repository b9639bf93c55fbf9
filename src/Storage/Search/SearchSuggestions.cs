using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>Suggestions for facets other than attributes.</summary>
internal sealed class SearchSuggestions(ImmutableArray<CaseType> types, SearchNames names)
{
    private static readonly ImmutableArray<string> s_keys =
    [
        "archived", "assignee", "closed_at", "closed_reason", "created_at", "created_by", "creation_source", "due_date", "has", "insight", "insight.type", "key", "merge_status",
        "modified_at", "modified_by", "priority", "project", "project_id", "public_id", "resolved_reason", "status", "status_group", "status_name", "type", "type_id",
        "watcher",
    ];

    private static readonly ImmutableArray<string> s_dates = ["now-1d", "now-7d", "now-30d"];

    // A day without time zone, mostly one to come.
    private static readonly ImmutableArray<string> s_days = ["now", "now+1d", "now+7d", "none"];

    // What public clients know; others may come.
    private static readonly ImmutableArray<string> s_reasons = ["FALSE_POSITIVE", "TRUE_POSITIVE", "BENIGN_POSITIVE"];

    /// <summary>The projects that the caller may see; null for all.</summary>
    public ImmutableArray<Guid>? Projects { get; init; }

    /// <summary>Built-in facets that begin with a text.</summary>
    public static IEnumerable<string> Keys(string typed) => s_keys.Where(key => key.StartsWith(typed, StringComparison.Ordinal));

    /// <summary>Whether a facet is none of the attributes.</summary>
    public static bool IsBuiltIn(string facet) => s_keys.Contains(facet) || facet is "project.key" or "is_archived" or "jira.key";

    /// <summary>Values of a built-in facet that begin with a text.</summary>
    public async ValueTask<IEnumerable<string>> ValuesAsync(Guid orgId, string facet, string typed, CancellationToken cancellationToken) => facet switch
    {
        "project" or "project.key" => (await names.ProjectsAsync(orgId, new([typed, ""]), cancellationToken))
            .Where(one => Projects?.Contains(one.Id) ?? true).Select(static p => p.Name).Order(StringComparer.Ordinal),
        "assignee" or "created_by" or "modified_by" or "watcher" => Fitting(["@me", .. facet == "created_by" ? (string[])[] : ["none"]], typed)
            .Concat((await names.UsersAsync(orgId, new([typed, ""]), SearchLimits.MaxSuggestions, cancellationToken)).Select(static u => u.Name)),
        _ => Fitting(Closed(facet, await TypesAsync(orgId, facet, cancellationToken)), typed),
    };

    /// <summary>The types that a case can be opened with, where the facet is about them.</summary>
    private async ValueTask<ImmutableArray<CaseType>> TypesAsync(Guid orgId, string facet, CancellationToken cancellationToken)
    {
        if (facet is not ("status" or "status_name" or "type" or "type_id"))
        {
            return [];
        }

        var own = await names.TypesAsync(orgId, cancellationToken);
        return [.. types.Where(type => own.All(one => one.Id != type.Id)), .. own.Where(static one => one.DeletedAt is null).Select(static one => one.Type)];
    }

    private static IEnumerable<string> Closed(string facet, ImmutableArray<CaseType> types) => facet switch
    {
        "status" => Groups.Concat(StatusNames(types)),
        "status_group" => Groups,
        "status_name" => StatusNames(types),
        "priority" => Enum.GetValues<CasePriority>().OrderBy(static p => ((int)p + 5) % 6).Select(CaseNames.Of),
        "type" => types.Select(static t => t.Name).Order(StringComparer.OrdinalIgnoreCase),
        "type_id" => types.Select(static t => t.Id.ToString()),
        "creation_source" => ["MANUAL"],
        "merge_status" => ["NOT_MERGED", "MERGED", "PARENT"],
        "archived" or "is_archived" => ["true", "false"],
        "created_at" or "modified_at" or "closed_at" => s_dates,
        "due_date" => s_days,
        "insight" or "insight.type" => CaseInsightTypes.All.Order(StringComparer.Ordinal),
        "resolved_reason" => s_reasons,
        "closed_reason" => ClosedReasons.All.Order(StringComparer.Ordinal).Append("none"),
        "has" => ["assignee", "description", "comments", "due_date", "insight", "modified_at", "closed_at", "closed_reason", "archived", "resolved_reason", "watcher"],
        _ => [],
    };

    private static IEnumerable<string> Groups => Enum.GetValues<StatusGroup>().Select(static g => CaseNames.Of(g)["SG_".Length..]);

    private static IEnumerable<string> StatusNames(ImmutableArray<CaseType> types) =>
        types.Where(static t => t.Open is not null).SelectMany(static t => t.StatusNames).Distinct(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Fitting(IEnumerable<string> all, string typed) =>
        all.Where(one => one.StartsWith(typed, StringComparison.OrdinalIgnoreCase));
}
