using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>The statement of a search: a page and the number of matches, of one snapshot of the database.</summary>
internal static class SearchSql
{
    /// <summary>
    /// Settings for the statement's transaction. A plan is made for the values at hand (a plan for any value would have to suit both
    /// the rare and the common), without compilation and parallel workers, which take longer to start than a search should take.
    /// </summary>
    public const string Settings =
        "select set_config('statement_timeout', $1, true), set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true), "
        + "set_config('plan_cache_mode', 'force_custom_plan', true)";

    public static (string Text, FilterSql Filter) Of(CaseSearchRequest request, CaseFilter filter)
    {
        var sql = FilterSql.Of(request.OrgId, filter);
        var from = sql.ReadsText
            ? $"from \"case\" c join case_text t on t.case_id = c.id where c.org_id = $1 and t.org_id = $1 and {sql.Condition}"
            : $"from \"case\" c where c.org_id = $1 and {sql.Condition}";
        var order = Order(request.Sort, request.Ascending);
        var size = sql.Add(NpgsqlDbType.Bigint, (long)request.PageSize);
        var offset = sql.Add(NpgsqlDbType.Bigint, (long)request.PageSize * (request.PageNumber - 1));
        var cap = sql.Add(NpgsqlDbType.Bigint, (long)SearchLimits.Window + 1);

        // A page that is not full is the last one, and tells the number of matches without counting. The count stops beyond the window.
        return ($"""
            with page as materialized (select c.id as page_id {from} order by {order} limit {size} offset {offset}),
            total as materialized (select case
                when (select count(*) from page) between 1 and {size} - 1 then {offset} + (select count(*) from page)
                when {offset} = 0 and (select count(*) from page) = 0 then 0
                else (select count(*) from (select {from} limit {cap}) found) end as n)
            select total.n, {CaseRow.Columns}
            from total left join (page join "case" c on c.id = page.page_id and c.org_id = $1) on true
            order by {order}
            """, sql);
    }

    /// <summary>Time of creation, then id break ties, so that an index gives the order and pages are stable.</summary>
    private static string Order(CaseSort sort, bool ascending) => (sort, ascending) switch
    {
        (CaseSort.CreatedAt, true) => "c.created_at, c.id",
        (CaseSort.CreatedAt, false) => "c.created_at desc, c.id desc",
        (CaseSort.Priority, true) => "((c.priority + 5) % 6), c.created_at desc, c.id desc",
        (CaseSort.Priority, false) => "((c.priority + 5) % 6) desc, c.created_at, c.id",
        (CaseSort.Status, true) => "c.status_group, lower(c.status_name) collate \"C\", c.created_at desc, c.id desc",
        (CaseSort.Status, false) => "c.status_group desc, lower(c.status_name) collate \"C\" desc, c.created_at, c.id",
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, "No such order."),
    };
}
