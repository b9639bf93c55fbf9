using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>Keys or values of attributes, of the newest cases that have a fitting one.</summary>
internal static class SuggestSql
{
    public static (string Text, FilterSql Filter) Of(Guid orgId, CaseFilter within, string? key, string typed, int limit)
    {
        var start = key is null ? typed : $"{key}:{typed}";
        var sql = FilterSql.Of(orgId, within, SearchTables.OfTexts(within));
        var condition = start.Length == 0 ? "true" : AttributeSql.Beginning(start, sql);
        var most = sql.Add(NpgsqlDbType.Bigint, (long)SearchLimits.SuggestedFrom);
        var prefix = sql.Add(NpgsqlDbType.Text, start);
        var rows = sql.Add(NpgsqlDbType.Bigint, (long)limit);
        var value = key is null ? "split_part(f, ':', 1)" : $"substr(f, {sql.Add(NpgsqlDbType.Integer, key.EnumerateRunes().Count() + 2)})";
        return ($"""
            select s.value from (
                select distinct n.case_id, {value} as value
                from (select t.case_id, t.facets {sql.Tables.From} and {sql.Condition} and {condition} order by t.created_at desc, t.case_id desc limit {most}) n, unnest(n.facets) f
                where starts_with(f, {prefix}) and not starts_with(f, '{CaseTerms.Inner}')
            ) s
            where s.value <> '' group by s.value order by count(*) desc, s.value collate "C" limit {rows}
            """, sql);
    }
}
