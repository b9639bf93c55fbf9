using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Search;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// Searches the index that the flavor <c>search-indexer-es-v8</c> keeps, which is about a second behind. The index answers which cases
/// match, in which order and how many; the cases themselves are read from their rows, so that what is shown is never older than
/// that, and a case that is gone is not shown. Safe for use by many at once.
/// </summary>
public sealed class ElasticsearchCaseSearch : CaseSearch
{
    private readonly SearchCalls _calls;
    private readonly CaseBatchRows _rows;
    private readonly SearchOptions _options;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="database">The tenant's database, for the rows of what was found and the names in queries.</param>
    /// <param name="types">The built-in case types; the organisations' own are read.</param>
    /// <param name="clock">What <c>now</c> means.</param>
    /// <param name="options">The time limits.</param>
    /// <param name="elasticsearch">The index.</param>
    public ElasticsearchCaseSearch(
        ElasticsearchClient client,
        Npgsql.NpgsqlDataSource database,
        ImmutableArray<CaseType> types,
        TimeProvider clock,
        IOptions<SearchOptions> options,
        IOptions<ElasticsearchOptions> elasticsearch)
        : base(types, new(TenantDatabases.CaseManagementTenant, database), clock)
    {
        _calls = new(client, elasticsearch.Value.Index);
        _rows = new(new(TenantDatabases.CaseManagementTenant, database));
        _options = options.Value;
    }

    /// <inheritdoc/>
    protected override async ValueTask<Outcome<CaseSearchPage>> PageAsync(CaseSearchRequest request, CaseFilter filter, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(request.OrgId, filter, cancellationToken);
        if (!query.Succeeded)
        {
            return query.Error;
        }

        var body = new JsonObject
        {
            ["query"] = query.Value,
            ["sort"] = SearchOrder.Of(request.Sort, request.Ascending),
            ["from"] = request.PageSize * (request.PageNumber - 1),
            ["size"] = request.PageSize,

            // One more than is told apart from "more".
            ["track_total_hits"] = SearchLimits.Window + 1,
            ["_source"] = false,
        };
        var found = await _calls.SearchAsync(body, _options.Timeout, SearchHits.Read, cancellationToken);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var cases = await RowsAsync(request.OrgId, found.Value.Hits, cancellationToken);
        return new CaseSearchPage(cases, Math.Min(found.Value.Total, SearchLimits.Window), found.Value.Total > SearchLimits.Window);
    }

    /// <inheritdoc/>
    protected override async ValueTask<Outcome<CaseCounts>> CountAsync(CaseCountRequest request, CaseFilter filter, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(request.OrgId, filter, cancellationToken);
        return query.Succeeded
            ? await _calls.SearchAsync(CountDsl.Of(request, query.Value), _options.Timeout, root => CountDsl.Read(request, root), cancellationToken)
            : query.Error;
    }

    /// <inheritdoc/>
    protected override async ValueTask<Outcome<CaseAggregate>> AggregateAsync(
        CaseAggregateRequest request, CaseFilter filter, CancellationToken cancellationToken)
    {
        var groups = new List<CaseGroup>();
        for (JsonObject? after = null; ;)
        {
            var query = await QueryAsync(request.OrgId, filter, cancellationToken);
            if (!query.Succeeded)
            {
                return query.Error;
            }

            var part = await _calls.SearchAsync(
                AggregateDsl.Of(request, query.Value, after), _options.Timeout, root => AggregateDsl.Read(request, root), cancellationToken);
            if (!part.Succeeded)
            {
                return part.Error;
            }

            groups.AddRange(part.Value.Groups);
            after = part.Value.After;
            if (after is null)
            {
                return new CaseAggregate(part.Value.Total, [.. groups.Order(GroupOrder.Instance).Take(request.Limit)]);
            }

            if (groups.Count >= AggregateDsl.MostGroups)
            {
                return DomainError.Invalid($"there are more than {AggregateDsl.MostGroups} combinations of these fields; narrow the query or group by fewer");
            }
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<Outcome<CaseWalkPart>> WalkAsync(
        Guid orgId, CaseFilter filter, CaseWalkPosition after, int size, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(orgId, filter, cancellationToken);
        if (!query.Succeeded)
        {
            return query.Error;
        }

        var body = new JsonObject
        {
            ["query"] = query.Value,
            ["sort"] = SearchOrder.Of(CaseSort.CreatedAt, ascending: false),
            ["search_after"] = new JsonArray(CaseDocument.Moment(after.CreatedAt), after.Id.ToString("D")),
            ["size"] = size,
            ["track_total_hits"] = false,
            ["_source"] = false,
        };
        var found = await _calls.SearchAsync(body, _options.WalkTimeout, SearchHits.Read, cancellationToken);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        // By the hits, not by the rows: some may be gone, and the walk goes on.
        var hits = found.Value.Hits;
        var cases = await RowsAsync(orgId, hits, cancellationToken);
        return new CaseWalkPart(
            cases,
            hits.Length < size ? null : after with { CreatedAt = DateTimeOffset.UnixEpoch.AddMicroseconds(hits[^1].CreatedAt), Id = hits[^1].Id });
    }

    /// <inheritdoc/>
    protected override async ValueTask<Outcome<IReadOnlyList<string>>> AttributesAsync(
        Guid orgId, CaseFilter within, string? key, string typed, int limit, CancellationToken cancellationToken) =>
        await _calls.SearchAsync(SuggestDsl.Of(orgId, within, key, typed, limit), _options.Timeout, root => SuggestDsl.Read(key, root), cancellationToken);

    private async ValueTask<Outcome<JsonObject>> QueryAsync(Guid orgId, CaseFilter filter, CancellationToken cancellationToken)
    {
        var names = await FilterNames.FindAsync(Names, orgId, filter, cancellationToken);
        return names.Succeeded ? new FilterDsl(names.Value).Of(orgId, filter) : names.Error;
    }

    private async ValueTask<ImmutableArray<CaseSnapshot>> RowsAsync(Guid orgId, ImmutableArray<SearchHit> hits, CancellationToken cancellationToken)
    {
        if (hits.IsEmpty)
        {
            return [];
        }

        var rows = (await _rows.OfAsync(orgId, [.. hits.Select(static h => h.Id)], cancellationToken)).ToDictionary(static c => c.Id);
        return [.. hits.Where(h => rows.ContainsKey(h.Id)).Select(h => rows[h.Id])];
    }
}
