using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// The statement of a count: rows of (index of the field, value, how many); the index -1 stands for all cases. The fields of the case's row
/// are counted in one reading; each attribute, of which a case may have several values, in one of its own.
/// </summary>
internal static class CountSql
{
    public static (string Text, FilterSql Filter) Of(CaseCountRequest request, CaseFilter filter)
    {
        var tables = SearchTables.Of(filter, request.GroupBys);
        var sql = FilterSql.Of(request.OrgId, filter, tables);
        var limit = sql.Add(NpgsqlDbType.Bigint, (long)request.Limit);
        var text = new StringBuilder("select field, value, n from (").Append(Scalars(request.GroupBys, sql)).Append(") counted where place <= ").Append(limit);
        for (var i = 0; i < request.GroupBys.Length; i++)
        {
            if (request.GroupBys[i].TermKey is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $" union all (select {i}, a.value collate \"C\", count(*) from (select t.facets {sql.Tables.From} and {sql.Condition}) t ")
                    .Append(FieldSql.Values(request.GroupBys[i], "a", sql))
                    .Append(CultureInfo.InvariantCulture, $" group by a.value order by count(*) desc, a.value collate \"C\" nulls first limit {limit})");
            }
        }

        return (text.ToString(), sql);
    }

    /// <summary>Grouping sets give all fields at once; <c>grouping</c> tells which of them a row belongs to.</summary>
    private static string Scalars(ImmutableArray<CaseField> fields, FilterSql sql)
    {
        var columns = fields.Select((field, index) => (Index: index, Field: field)).Where(static f => f.Field.TermKey is null)
            .Select(f => (f.Index, Sql: FieldSql.Column(f.Field, sql.Tables)))
            .ToList();
        var distinct = columns.Select(static c => c.Sql).Distinct().ToList();
        if (distinct.Count == 0)
        {
            return $"select -1 as field, null::text as value, {sql.Tables.Count} as n, 1 as place {sql.Tables.From} and {sql.Condition}";
        }

        var cte = string.Join(", ", distinct.Select(static (column, i) => string.Create(CultureInfo.InvariantCulture, $"{column} as k{i}, grouping({column}) as g{i}")));
        var sets = string.Join(", ", distinct.Select(static column => $"({column})"));
        var text = new StringBuilder()
            .Append($"with grouped as materialized (select {cte}, {sql.Tables.Count} as n {sql.Tables.From} and {sql.Condition} group by grouping sets ((), {sets})) ")
            .Append("select -1 as field, null::text as value, coalesce(max(n), 0) as n, 1 as place from grouped where ")
            .AppendJoin(" and ", distinct.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"g{i} = 1")));
        foreach (var (index, column) in columns)
        {
            var i = distinct.IndexOf(column);
            text.Append(CultureInfo.InvariantCulture, $" union all select {index}, k{i}::text, n, row_number() over (order by n desc, k{i}::text collate \"C\" nulls first) from grouped where g{i} = 0");
        }

        return text.ToString();
    }
}
