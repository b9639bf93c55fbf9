using System.Collections.Immutable;
using System.Globalization;
using NpgsqlTypes;
using Switchboard.Grains.Search;
using Switchboard.Storage.Cases;

namespace Switchboard.Storage.Search;

/// <summary>The statement of a search: a page and the number of matches, of one snapshot of the database.</summary>
internal static class SearchSql
{
    /// <summary>
    /// Settings for the statement's transaction. A plan is made for the values at hand (a plan for any value would have to suit both
    /// the rare and the common), without compilation and parallel workers, which take longer to start than a search should take.
    /// A page read out of order costs little more than one in order: indexes and most rows are in memory, or on flash. No table is ever
    /// read from end to end where an index can be used, and a bitmap of many matches stays exact.
    /// </summary>
    public const string Settings =
        "select set_config('statement_timeout', $1, true), set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true), "
        + "set_config('plan_cache_mode', 'force_custom_plan', true), set_config('random_page_cost', '1.1', true), set_config('enable_seqscan', 'off', true), "
        + "set_config('work_mem', '16MB', true)";

    /// <summary>
    /// Settings besides those for a page: what is looked at of one table is followed into the others row by row. The planner takes reading all open
    /// cases for cheaper than looking up some thousands.
    /// </summary>
    public const string PageSettings = "select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

    /// <summary>How many of the newest cases are looked at for what is expected to be common.</summary>
    private const long Newest = 5_000;

    /// <summary>How many of what is common are read when the newest cases did not fill the page, in order to see that it is common indeed.</summary>
    private const long Tried = 1_000;

    /// <summary>
    /// Asks the planner's statistics how many cases the index of words and tags will find; one row with the plan as JSON. Null where a search does not
    /// use that index.
    /// </summary>
    public static (string Text, FilterSql Filter)? Expected(Guid orgId, CaseFilter filter)
    {
        var sql = FilterSql.Of(orgId, filter, new SearchTables(Case: false, Text: true));
        return sql.Split() is { } parts
            ? ($"explain (format json) select 1 from case_text t where t.tags @@ $2::tsquery and {parts.Found} union all select 1 from case_text t where {parts.Found}", sql)
            : null;
    }

    /// <summary>The statement of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="filter">What its query means.</param>
    /// <param name="expected">What the index of words and tags is expected to find.</param>
    public static (string Text, FilterSql Filter) Of(CaseSearchRequest request, CaseFilter filter, ExpectedMatches expected)
    {
        var sql = FilterSql.Of(request.OrgId, filter, request.Sort);
        var size = sql.Add(NpgsqlDbType.Bigint, (long)request.PageSize);
        var offset = sql.Add(NpgsqlDbType.Bigint, (long)request.PageSize * (request.PageNumber - 1));
        var found = sql.Split() is not { } parts ? Counted(request, sql, size, offset)
            : expected.AreCommon ? Common(request, sql, parts, size, offset, expected)
            : Found(request, sql, parts, size, offset, expected);
        return ($"""
            with {found}
            select {CaseRow.Columns}, total.n, total.more
            from total left join (page join "case" c on c.id = page.page_id and c.org_id = $1) on true
            order by {Ordered(Order(request, "c", "c.id", "((c.priority + 5) % 6)"))}
            """, sql);
    }

    /// <summary>
    /// A page that is not full is the last one, and tells the number of matches without counting. The count comes from the sums, or else stops beyond
    /// the window.
    /// </summary>
    private static string Counted(CaseSearchRequest request, FilterSql sql, string size, string offset)
    {
        var from = $"{sql.Tables.From} and {sql.Condition}";
        var count = sql.Sums() is { } sums
            ? $"(select {sums.Tables.Count} {sums.Tables.From} and {sums.Condition})"
            : $"(select count(*) from (select {from} limit {sql.Add(NpgsqlDbType.Bigint, (long)SearchLimits.Window + 1)}) found)";
        return $"""
            page as materialized (select {sql.Tables.Id} as page_id {from} order by {Ordered(Order(request, sql.Tables.Common, sql.Tables.Id, "f.rank"))} limit {size} offset {offset}),
            total as materialized (select case
                when (select count(*) from page) between 1 and {size} - 1 then {offset} + (select count(*) from page)
                when {offset} = 0 and (select count(*) from page) = 0 then 0
                else {count} end as n, false as more)
            """;
    }

    /// <summary>
    /// What the index of words and tags finds is read once, for the page and for the count, but no further than the window: when there is more, the
    /// search is to be made again as <see cref="Common"/>. No condition on a column stands beside the index's: no other index can be used.
    /// </summary>
    private static string Found(CaseSearchRequest request, FilterSql sql, FilterParts parts, string size, string offset, ExpectedMatches expected)
    {
        var tables = sql.Tables;
        var (columns, ordered) = Keys(request, tables);
        var more = sql.Add(NpgsqlDbType.Bigint, (long)SearchLimits.Window + 1);
        var all = IsAll(tables, parts);
        return $"""
            candidates as materialized (select {(all ? "t.case_id, t.created_at" : Read(parts))} from case_text t where {Scope(parts, expected)} and {parts.Found} limit {more}),
            found as {(all ? "not materialized" : "materialized")} (select {tables.Id} as page_id, {columns} from candidates t{tables.Joins} where {parts.Compared}),
            page as materialized (select page_id from found order by {ordered} limit {size} offset {offset}),
            total as materialized (select (select count(*) from found) as n, (select count(*) from candidates) = {more} as more)
            """;
    }

    /// <summary>
    /// What is expected to be common is looked for among the newest cases first, and is not counted: reading ten thousand rows takes longer than all
    /// the rest. When they do not fill the page, some of what the index finds is read, and the page is looked for in its order if there is more of it,
    /// since what is common is met soon. The count tells how many there are at least.
    /// </summary>
    private static string Common(CaseSearchRequest request, FilterSql sql, FilterParts parts, string size, string offset, ExpectedMatches expected)
    {
        var tables = sql.Tables;
        var (columns, ordered) = Keys(request, tables);
        var all = IsAll(tables, parts);
        var more = sql.Add(NpgsqlDbType.Bigint, (long)SearchLimits.Window + 1);
        var cap = sql.Add(NpgsqlDbType.Bigint, Tried);
        var window = request is { Sort: CaseSort.CreatedAt, Ascending: false }
            ? $"select t.* from case_text t where t.org_id = $1 order by t.created_at desc, t.case_id desc limit {sql.Add(NpgsqlDbType.Bigint, Newest)}"
            : "select t.* from case_text t where false";
        return $"""
            newest as materialized (select {tables.Id} as page_id, {columns} from ({window}) t{tables.Joins} where {sql.Condition}),
            candidates as materialized (select {Read(parts)} from case_text t where {Scope(parts, expected)} and {parts.Found} and (select count(*) from newest) < {offset} + {size} limit {cap}),
            found as {(all ? "not materialized" : "materialized")} (select {tables.Id} as page_id, {columns} from candidates t{tables.Joins} where {parts.Compared}),
            way as materialized (
                select n >= {offset} + {size} as newest, n < {offset} + {size} and read < {cap} as found, n < {offset} + {size} and read = {cap} as ordered, n, read
                from (select count(*) as n from newest) n, (select count(*) as read from candidates) c),
            total as materialized (
                select case when newest then {(all ? more : "n")} {(all ? $"when ordered then {more} else read" : "else (select count(*) from found)")} end as n,
                    not found as more
                from way),
            page as materialized (
                (select page_id from newest where (select newest from way) order by {ordered} limit {size} offset {offset})
                union all
                (select page_id from found where (select found from way) order by {ordered} limit {size} offset {offset})
                union all
                (select {tables.Id} {tables.From} and {sql.Condition} and (select ordered from way)
                    order by {Ordered(Order(request, tables.Common, tables.Id, "f.rank"))} limit {size} offset {offset}))
            """;
    }

    /// <summary>The keys of the page's order as columns, and the order of those.</summary>
    private static (string Columns, string Ordered) Keys(CaseSearchRequest request, SearchTables tables)
    {
        var keys = Order(request, tables.Common, tables.Id, "f.rank");
        return (
            string.Join(", ", keys.Select(static (key, i) => string.Create(CultureInfo.InvariantCulture, $"{key.Sql} as k{i}"))),
            Ordered([.. keys.Select(static (key, i) => (string.Create(CultureInfo.InvariantCulture, $"k{i}"), key.Descending))]));
    }

    private static string Read(FilterParts parts) =>
        parts.ComparesText ? "t.*" : "t.case_id, t.project_id, t.type_id, t.created_by, t.created_at, t.archived_at";

    /// <summary>Whether the index answers the whole filter.</summary>
    private static bool IsAll(SearchTables tables, FilterParts parts) => tables.TextOnly && parts.Compared == FilterParts.Nothing;

    /// <summary>The organisation's posting list is as long as the organisation is large; where hardly another one has the word, the rows tell as well.</summary>
    private static string Scope(FilterParts parts, ExpectedMatches expected) => expected.InAll > (2 * expected.InOrg) + 100
        ? "t.tags @@ $2::tsquery"
        : $"(t.org_id = $1) is true{(parts.Live ? " and (t.archived_at is null) is true" : "")}";

    /// <summary>The cases after a position, newest first; found by an index that has their order, however far into the matches.</summary>
    public static (string Text, FilterSql Filter) Walk(Guid orgId, CaseFilter filter, CaseWalkPosition after, int size)
    {
        var sql = FilterSql.Of(orgId, filter, CaseSort.CreatedAt);
        var (common, id) = (sql.Tables.Common, sql.Tables.Id);
        var createdAt = sql.Add(NpgsqlDbType.TimestampTz, after.CreatedAt.UtcDateTime);
        var last = sql.Add(NpgsqlDbType.Uuid, after.Id);
        var limit = sql.Add(NpgsqlDbType.Bigint, (long)size);
        return ($"""
            with part as materialized (
                select {id} as part_id {sql.Tables.From} and ({common}.created_at, {id}) < ({createdAt}, {last}) and {sql.Condition}
                order by {common}.created_at desc, {id} desc limit {limit})
            select {CaseRow.Columns} from part join "case" c on c.id = part.part_id and c.org_id = $1 order by c.created_at desc, c.id desc
            """, sql);
    }

    private static string Ordered(IEnumerable<(string Sql, bool Descending)> keys) =>
        string.Join(", ", keys.Select(static key => key.Descending ? $"{key.Sql} desc" : key.Sql));

    /// <summary>Time of creation, then id break ties, so that an index gives the order and pages are stable.</summary>
    private static ImmutableArray<(string Sql, bool Descending)> Order(CaseSearchRequest request, string table, string id, string rank)
    {
        var up = request.Ascending;
        return request.Sort switch
        {
            CaseSort.CreatedAt => [($"{table}.created_at", !up), (id, !up)],
            CaseSort.Priority => [(rank, !up), ($"{table}.created_at", up), (id, up)],
            CaseSort.Status => [("c.status_group", !up), ("lower(c.status_name) collate \"C\"", !up), ("c.created_at", up), ("c.id", up)],
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Sort, "No such order."),
        };
    }
}
