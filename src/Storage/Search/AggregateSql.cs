using System.Globalization;
using System.Text;
using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>The statement of an aggregate: rows of (whether it is the total, how many, the values).</summary>
internal static class AggregateSql
{
    public static (string Text, FilterSql Filter) Of(CaseAggregateRequest request, CaseFilter filter)
    {
        var tables = SearchTables.Of(filter, request.GroupBy);
        var sql = FilterSql.Of(request.OrgId, filter, tables);
        var limit = sql.Add(NpgsqlDbType.Bigint, (long)request.Limit);
        var joins = new StringBuilder();
        var columns = new List<string>();
        for (var i = 0; i < request.GroupBy.Length; i++)
        {
            var field = request.GroupBy[i];
            if (field.TermKey is null)
            {
                columns.Add(FieldSql.Column(field, sql.Tables));
                continue;
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"a{i}");
            joins.Append(' ').Append(FieldSql.Values(field, name, sql));
            columns.Add($"{name}.value collate \"C\"");
        }

        // The joins stand between the tables and the condition.
        var at = sql.Tables.From.IndexOf(" where ", StringComparison.Ordinal);
        var from = $"{sql.Tables.From[..at]}{joins}{sql.Tables.From[at..]} and {sql.Condition}";
        var keys = string.Join(", ", columns.Select(static (column, i) => string.Create(CultureInfo.InvariantCulture, $"{column} as k{i}")));
        var names = Enumerable.Range(0, columns.Count).Select(static i => string.Create(CultureInfo.InvariantCulture, $"k{i}")).ToList();
        var group = string.Join(", ", columns);

        // A case with two values of an attribute is in two groups, so the groups do not tell the total then.
        var grouped = $"with grouped as materialized (select {keys}, {sql.Tables.Count} as n {from} group by {group})";
        var total = joins.Length == 0 ? "select coalesce(sum(n), 0)::bigint from grouped" : $"select count(*) {sql.Tables.From} and {sql.Condition}";
        return ($"""
            {grouped}
            select true, ({total}), {string.Join(", ", names.Select(static _ => "null::text"))}
            union all (select false, n, {string.Join(", ", names.Select(static n => n + "::text"))} from grouped
            order by n desc, {string.Join(", ", names.Select(static n => n + "::text collate \"C\" nulls first"))} limit {limit})
            """, sql);
    }
}
