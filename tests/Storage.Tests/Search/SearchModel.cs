using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Cases;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Tests.Search;

/// <summary>What a search must give, found by looking at every case.</summary>
internal static class SearchModel
{
    public static ImmutableArray<CaseSnapshot> Sorted(SearchCases org, CaseSearchRequest request)
    {
        var matching = Matching(org, request.Query, request.CallerId, request.Projects);
        var ordered = request.Sort switch
        {
            CaseSort.CreatedAt => matching.OrderByDescending(static c => c.CreatedAt).ThenByDescending(static c => c.Id),
            CaseSort.Priority => matching.OrderBy(static c => c.Priority == CasePriority.NotDefined ? 6 : (int)c.Priority)
                .ThenByDescending(static c => c.CreatedAt).ThenByDescending(static c => c.Id),
            _ => matching.OrderBy(static c => c.StatusGroup).ThenBy(static c => c.StatusName.ToLowerInvariant(), StringComparer.Ordinal)
                .ThenByDescending(static c => c.CreatedAt).ThenByDescending(static c => c.Id),
        };
        var newestFirst = request.Sort == CaseSort.CreatedAt;
        return request.Ascending == newestFirst ? [.. ordered.Reverse()] : [.. ordered];
    }

    public static CaseCounts Count(SearchCases org, CaseCountRequest request)
    {
        ImmutableArray<CaseSnapshot> matching = [.. Matching(org, request.Query, request.CallerId, request.Projects)];
        return new(matching.Length, [.. request.GroupBys.Select(field => new CaseFieldCounts(
            field,
            [.. matching.SelectMany(c => Values(org, field, c)).CountBy(static v => v ?? "\0")
                .Select(static pair => new CaseValueCount(pair.Key == "\0" ? null : pair.Key, pair.Value))
                .OrderByDescending(static v => v.Count).ThenBy(static v => v.Value, StringComparer.Ordinal)]))]);
    }

    public static CaseAggregate Aggregate(SearchCases org, CaseAggregateRequest request)
    {
        ImmutableArray<CaseSnapshot> matching = [.. Matching(org, request.Query, request.CallerId, request.Projects)];
        IEnumerable<CaseGroup> groups = matching
            .SelectMany(c => request.GroupBy.Aggregate<CaseField, IEnumerable<ImmutableArray<string?>>>(
                [[]], (tuples, field) => tuples.SelectMany(tuple => Values(org, field, c).Select(tuple.Add))))
            .GroupBy(static tuple => string.Join('\n', tuple.Select(static v => v ?? "\0")))
            .Select(static g => new CaseGroup(g.First(), g.Count()))
            .OrderByDescending(static g => g.Count);
        return new(matching.Length, [.. groups]);
    }

    private static IEnumerable<CaseSnapshot> Matching(SearchCases org, SearchQuery query, Guid callerId, ImmutableArray<Guid>? projects)
    {
        var filter = SearchBinder.Bind(query, new(callerId, SearchCases.Now, SearchCases.Types)).Value.ShouldNotBeNull();
        var matcher = new SearchMatcher(org.Directory);
        return org.Cases.Where(c => (projects?.Contains(c.ProjectId) ?? true) && matcher.Matches(filter, c));
    }

    private static IEnumerable<string?> Values(SearchCases org, CaseField field, CaseSnapshot @case) => field.Kind switch
    {
        CaseFieldKind.Status => (string?[])[CaseNames.Of(@case.StatusGroup)[3..]],
        CaseFieldKind.StatusGroup => [CaseNames.Of(@case.StatusGroup)],
        CaseFieldKind.StatusName => [@case.StatusName],
        CaseFieldKind.Priority => [CaseNames.Of(@case.Priority)],
        CaseFieldKind.Type => [SearchCases.Types.Single(t => t.Id == @case.TypeId).Name],
        CaseFieldKind.TypeId => [@case.TypeId.ToString()],
        CaseFieldKind.Project => [org.Projects.Single(p => p.Id == @case.ProjectId).Key],
        CaseFieldKind.ProjectId => [@case.ProjectId.ToString()],
        CaseFieldKind.Assignee => [@case.AssigneeId?.ToString()],
        CaseFieldKind.CreatedBy => [@case.CreatedBy.ToString()],
        CaseFieldKind.ModifiedBy => [@case.ModifiedBy?.ToString()],
        CaseFieldKind.CreationSource => [@case.CreationSource],
        CaseFieldKind.Archived => [@case.ArchivedAt is null ? "false" : "true"],
        CaseFieldKind.DueDate => [@case.Details.DueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)],
        CaseFieldKind.Watcher => OrNone(@case.Details.Watchers.Select(static id => id.ToString())),
        CaseFieldKind.InsightType => OrNone(@case.Details.Insights.Select(static i => i.Type).Distinct()),
        CaseFieldKind.ResolvedReason => [@case.Details.ResolvedReason],
        CaseFieldKind.ClosedReason => [@case.Details.ClosedReason],
        _ => OrNone(CaseTerms.Attributes(@case).Where(t => t.Key == field.AttributeKey).Select(static t => t.Value).Distinct()),
    };

    private static IEnumerable<string?> OrNone(IEnumerable<string> values) => values.DefaultIfEmpty();
}
