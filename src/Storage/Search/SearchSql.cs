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
    /// A page read out of order costs little more than one in order: indexes and most rows are in memory, or on flash.
    /// </summary>
    public const string Settings =
        "select set_config('statement_timeout', $1, true), set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true), "
        + "set_config('plan_cache_mode', 'force_custom_plan', true), set_config('random_page_cost', '1.1', true)";

    public static (string Text, FilterSql Filter) Of(CaseSearchRequest request, CaseFilter filter)
    {
        var sql = FilterSql.Of(request.OrgId, filter, request.Sort);
        var tables = sql.Tables;
        var from = $"{tables.From} and {sql.Condition}";
        var size = sql.Add(NpgsqlDbType.Bigint, (long)request.PageSize);
        var offset = sql.Add(NpgsqlDbType.Bigint, (long)request.PageSize * (request.PageNumber - 1));
        var cap = sql.Add(NpgsqlDbType.Bigint, (long)SearchLimits.Window + 1);

        // A page that is not full is the last one, and tells the number of matches without counting. The count stops beyond the window.
        return ($"""
            with page as materialized (select {tables.Id} as page_id {from} order by {Order(request, tables.Common, tables.Id, "f.rank")} limit {size} offset {offset}),
            total as materialized (select case
                when (select count(*) from page) between 1 and {size} - 1 then {offset} + (select count(*) from page)
                when {offset} = 0 and (select count(*) from page) = 0 then 0
                else (select count(*) from (select {from} limit {cap}) found) end as n)
            select {CaseRow.Columns}, total.n
            from total left join (page join "case" c on c.id = page.page_id and c.org_id = $1) on true
            order by {Order(request, "c", "c.id", "((c.priority + 5) % 6)")}
            """, sql);
    }

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

    /// <summary>Time of creation, then id break ties, so that an index gives the order and pages are stable.</summary>
    private static string Order(CaseSearchRequest request, string table, string id, string rank) => (request.Sort, request.Ascending) switch
    {
        (CaseSort.CreatedAt, true) => $"{table}.created_at, {id}",
        (CaseSort.CreatedAt, false) => $"{table}.created_at desc, {id} desc",
        (CaseSort.Priority, true) => $"{rank}, {table}.created_at desc, {id} desc",
        (CaseSort.Priority, false) => $"{rank} desc, {table}.created_at, {id}",
        (CaseSort.Status, true) => "c.status_group, lower(c.status_name) collate \"C\", c.created_at desc, c.id desc",
        (CaseSort.Status, false) => "c.status_group desc, lower(c.status_name) collate \"C\" desc, c.created_at, c.id",
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Sort, "No such order."),
    };
}
