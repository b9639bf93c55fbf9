using Switchboard.Grains.Orgs;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Orgs;

/// <summary>Finds personal tokens.</summary>
internal sealed class TokenDirectory(RowReader rows) : ITokenDirectory
{
    private const string PageSql =
        $$"""
        with matching as (
            select {{KeyRows.Columns}} from access_key
            where org_id = $1 and kind = 2 and revoked_at is null
              and ($2::uuid is null or user_id = $2) and ($3::text is null or name ilike $3)
        ), totals as (
            select count(*) as filtered from matching
        )
        select page.*, totals.filtered
        from totals left join (select * from matching order by {0} limit $4 offset $5) page on true
        order by {0}
        """;

    /// <inheritdoc/>
    public ValueTask<KeySnapshot?> FindAsync(Guid orgId, Guid tokenId, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {KeyRows.Columns} from access_key where id = $2 and org_id = $1 and kind = 2 and revoked_at is null",
        [Parameters.Of(orgId), Parameters.Of(tokenId)],
        KeyRows.Read,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TokenPage> ListAsync(TokenQuery query, CancellationToken cancellationToken)
    {
        var direction = query.Descending ? "desc" : "asc";
        var field = query.SortField switch
        {
            "name" => "name collate \"C\"",
            "created_at" or "expires_at" => query.SortField,
            _ => throw new ArgumentException($"Tokens cannot be sorted by '{query.SortField}'; name, created_at and expires_at are known."),
        };
        var filter = query.Filter is { } part ? $"%{OrgDirectory.EscapeLike(part)}%" : null;
        var lines = await rows.ListAsync(
            PageSql.Replace("{0}", $"{field} {direction}, id {direction}", StringComparison.Ordinal),
            [
                Parameters.Of(query.OrgId), Parameters.Of(query.UserId), Parameters.Of(filter), Parameters.Of(query.PageSize),
                Parameters.Of((long)query.PageNumber * query.PageSize),
            ],
            static row => (Token: row.IsDBNull(0) ? null : KeyRows.Read(row), Filtered: row.GetInt64(KeyRows.Count)),
            cancellationToken);
        return new TokenPage([.. lines.Where(static line => line.Token is not null).Select(static line => line.Token!)], lines[0].Filtered);
    }
}
