using System.Collections.Immutable;
using Switchboard.Grains.Access;
using Switchboard.Grains.Search;
using Switchboard.Grains.Suggestions;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Search;

namespace Switchboard.Handlers.Attributes;

/// <summary>Suggests attributes from what is counted of them, and everything else as the search knows it.</summary>
internal sealed class CaseSuggester(TenantDatabase database, ICaseSearch search, ProjectAccess access) : ICaseSuggester
{
    /// <summary>As much of a value as its index has; the rest is compared afterwards.</summary>
    private const int IndexedLength = 100;

    // Letter case is the database's matter, so that both sides are folded alike. U+10FFFF comes after every text of that beginning. What is
    // counted of a type's own attribute stands beside the attribute of that name, under a key with a mark before it.
    private const string Keys =
        """
        select min(ltrim(key, '=')) as name, sum(cases)::bigint, max(last_seen)
        from attribute_key
        where org_id = $1 and ($2::uuid is null or project_id = $2) and project_id <> all ($5)
            and ((lower(key) collate "C" >= lower($3) collate "C" and lower(key) collate "C" < lower($3) || U&'\+10FFFF' collate "C")
                or (lower(key) collate "C" >= '=' || lower($3) collate "C" and lower(key) collate "C" < '=' || lower($3) || U&'\+10FFFF' collate "C"))
        group by lower(ltrim(key, '=')) order by sum(cases) desc, min(ltrim(key, '=')) collate "C" limit $4
        """;

    private const string Values =
        """
        with keys as (
            select distinct key from attribute_key
            where org_id = $1 and ($2::uuid is null or project_id = $2) and project_id <> all ($7)
                and lower(key) collate "C" in (lower($5) collate "C", '=' || lower($5) collate "C")
        )
        select value, sum(cases)::bigint, max(last_seen)
        from attribute_value
        where org_id = $1 and ($2::uuid is null or project_id = $2) and project_id <> all ($7) and key in (select key from keys)
            and left(lower(value), 100) collate "C" >= left(lower($3), $6) collate "C"
            and left(lower(value), 100) collate "C" < left(lower($3), $6) || U&'\+10FFFF' collate "C"
            and starts_with(lower(value), lower($3))
        group by value order by sum(cases) desc, value collate "C" limit $4
        """;

    private const string Overflow =
        """
        select exists (
            select from attribute_project where org_id = $1 and ($2::uuid is null or project_id = $2) and project_id <> all ($4) and overflow > 0 and $3::text is null
            union all
            select from attribute_key
            where org_id = $1 and ($2::uuid is null or project_id = $2) and project_id <> all ($4) and overflow > 0
                and lower(key) collate "C" in (lower($3) collate "C", '=' || lower($3) collate "C")
        )
        """;

    private readonly RowReader _rows = new(database.Tenant, database.Primary);

    /// <inheritdoc/>
    public async ValueTask<SuggestionList> SuggestAsync(SuggestionQuery query, CancellationToken cancellationToken)
    {
        var facet = query.Facet?.Trim().ToLowerInvariant();
        var hidden = query.CallerId == Guid.Empty ? [] : (await access.ScopeAsync(query.OrgId, query.CallerId)).Hidden;
        if (facet is null)
        {
            var builtIn = SearchSuggestions.Keys(query.Typed.ToLowerInvariant()).Select(static key => new Suggestion(key, BuiltIn: true));
            var counted = await ListAsync(Keys, query, hidden, null, cancellationToken);

            // A facet of the search goes before an attribute of the same name: that is how queries are read.
            var attributes = counted.Where(static one => !SearchSuggestions.IsBuiltIn(one.Text.ToLowerInvariant()));
            return new SuggestionList([.. builtIn.Concat(attributes).Take(query.Limit)], await OverflowsAsync(query, hidden, null, cancellationToken));
        }

        if (SearchSuggestions.IsBuiltIn(facet))
        {
            var known = await search.SuggestAsync(new CaseSuggestRequest(query.OrgId, facet, query.Typed, query.Limit) { CallerId = query.CallerId }, cancellationToken);
            return new SuggestionList([.. (known.Value?.Texts ?? []).Select(static text => new Suggestion(text, BuiltIn: true))], Overflow: false);
        }

        return new SuggestionList(await ListAsync(Values, query, hidden, facet, cancellationToken), await OverflowsAsync(query, hidden, facet, cancellationToken));
    }

    private ValueTask<ImmutableArray<Suggestion>> ListAsync(
        string sql, SuggestionQuery query, ImmutableArray<Guid> hidden, string? facet, CancellationToken cancellationToken) => _rows.ListAsync(
        sql,
        [
            Parameters.Of(query.OrgId), Parameters.Of(query.ProjectId), Parameters.Of(query.Typed), Parameters.Of(query.Limit),
            .. facet is null ? (ReadOnlySpan<Npgsql.NpgsqlParameter>)[] : [Parameters.Of(facet), Parameters.Of(IndexedLength)],
            Parameters.Of(hidden.AsSpan()),
        ],
        static row => new Suggestion(row.GetString(0), BuiltIn: false, row.GetInt64(1), row.Time(2)),
        cancellationToken);

    private async ValueTask<bool> OverflowsAsync(
        SuggestionQuery query, ImmutableArray<Guid> hidden, string? facet, CancellationToken cancellationToken) => (await _rows.ListAsync(
        Overflow,
        [Parameters.Of(query.OrgId), Parameters.Of(query.ProjectId), Parameters.Of(facet), Parameters.Of(hidden.AsSpan())],
        static row => row.GetBoolean(0),
        cancellationToken))[0];
}
