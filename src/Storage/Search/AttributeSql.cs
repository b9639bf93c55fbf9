using System.Globalization;
using System.Text;
using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// Conditions on attributes. The index holds each value as the word <c>key:value</c>; it answers exact values and beginnings
/// alone, and narrows down what the values themselves decide.
/// </summary>
internal static class AttributeSql
{
    public static string Of(AttributeFilter filter, FilterSql sql)
    {
        var start = $"{filter.Key}:{filter.Pattern.Start}";
        if (filter.Pattern.IsExact)
        {
            var indexed = Word(start, prefix: false, sql);

            // Longer values are cut in the index; only the values themselves tell them apart.
            return IsCut(start) ? $"({indexed} and {sql.Add(NpgsqlDbType.Text, start)} = any(t.facets))" : indexed;
        }

        var beginning = Word(start, prefix: true, sql);
        return filter.Pattern.Pieces is [_, ""] && !IsCut(start)
            ? beginning
            : $"({beginning} and exists (select from unnest(t.facets) f where f like {sql.Like(new([start, .. filter.Pattern.Pieces.Skip(1)]))}))";
    }

    public static string Of(AttributeNumberFilter filter, FilterSql sql)
    {
        var key = filter.Key + ":";
        var beginning = Word(key, prefix: true, sql);
        var value = $"substr(f, {sql.Add(NpgsqlDbType.Integer, Runes(key) + 1)})";
        var condition = new StringBuilder();
        if (filter.From is { } from)
        {
            condition.Append($"{value}::numeric {(from.Inclusive ? ">=" : ">")} {sql.Add(NpgsqlDbType.Numeric, from.Value)}");
        }

        if (filter.To is { } to)
        {
            condition.Append(filter.From is null ? "" : " and ");
            condition.Append($"{value}::numeric {(to.Inclusive ? "<=" : "<")} {sql.Add(NpgsqlDbType.Numeric, to.Value)}");
        }

        // Only "case" promises the order: a text that is no number is never read as one.
        return $"({beginning} and exists (select from unnest(t.facets) f where starts_with(f, {sql.Add(NpgsqlDbType.Text, key)})"
            + $" and case when {value} ~ {sql.Add(NpgsqlDbType.Text, AttributeNumber.Pattern)} then {condition} else false end))";
    }

    /// <summary>Is watched by a user.</summary>
    public static string Of(UserFilter watcher, FilterSql sql) => Word($"{CaseTerms.Watcher}:{watcher.UserId:D}", prefix: false, sql);

    /// <summary>Is watched by a user with a handle.</summary>
    public static string Of(HandleFilter watcher, FilterSql sql)
    {
        var users = $"from org_user u where u.org_id = $1 and {sql.Compare("u.email", watcher.Handle, null)}";
        var start = CaseTerms.Watcher + ":";
        if (watcher.Handle.IsExact)
        {
            // The index is asked for one word, once the user is known.
            return $"t.tags @@ (select ('''{start}' || u.id::text || '''')::tsquery {users})";
        }

        return $"({Word(start, prefix: true, sql)} and exists (select from unnest(t.facets) f where starts_with(f, '{start}')"
            + string.Create(CultureInfo.InvariantCulture, $" and substr(f, {Runes(start) + 1}) in (select u.id::text {users})))");
    }

    /// <summary>Has an attribute whose <c>key:value</c> begins so.</summary>
    public static string Beginning(string term, FilterSql sql) => Word(term, prefix: true, sql);

    private static string Word(string term, bool prefix, FilterSql sql)
    {
        var word = Cut(term).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
        return $"t.tags @@ {sql.Add(NpgsqlDbType.Text, $"'{word}'{(prefix ? ":*" : "")}")}::tsquery";
    }

    private static bool IsCut(string term) => Runes(term) >= SearchLimits.MaxAttributeTerm;

    private static string Cut(string term) => IsCut(term)
        ? string.Concat(term.EnumerateRunes().Take(SearchLimits.MaxAttributeTerm).Select(static r => r.ToString()))
        : term;

    private static int Runes(string text) => text.EnumerateRunes().Count();
}
