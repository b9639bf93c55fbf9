using Switchboard.Grains.Orgs;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Orgs;

/// <summary>Finds organisations, users and keys by other things than their ids.</summary>
internal sealed class OrgDirectory(RowReader rows) : IOrgDirectory
{
    /// <summary>One statement, hence one snapshot: the page and its totals agree. A page past the end has a row with the totals only.</summary>
    private const string UserPageSql =
        $$"""
        with matching as (
            select {{UserRows.Columns}} from org_user
            where org_id = $1
              and (case when disabled then 4 when verified then 1 else 2 end & $2) <> 0
              and ($3::text is null or name ilike $3 or email ilike $3)
              and ($6::text is null or $6 = any (roles))
        ), totals as (
            select (select count(*) from org_user where org_id = $1) as total, (select count(*) from matching) as filtered
        )
        select page.*, totals.total, totals.filtered
        from totals left join (select * from matching order by {0} limit $4 offset $5) page on true
        order by {0}
        """;

    /// <inheritdoc/>
    public ValueTask<OrgSnapshot?> FindFirstOrgAsync(CancellationToken cancellationToken) =>
        rows.FindAsync($"select {OrgRows.Columns} from org order by created_at, id limit 1", [], OrgRows.Read, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UserSnapshot?> FindUserByEmailAsync(Guid orgId, string email, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {UserRows.Columns} from org_user where org_id = $1 and email = $2",
        [Parameters.Of(orgId), Parameters.Of(email.ToLowerInvariant())],
        UserRows.Read,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UserPage> ListUsersAsync(UserQuery query, CancellationToken cancellationToken)
    {
        var direction = query.Descending ? "desc" : "asc";
        var field = query.SortField switch
        {
            "name" => "name collate \"C\"",
            "email" => "email collate \"C\"",
            "created_at" => "created_at",
            "modified_at" => "coalesce(modified_at, created_at)",
            _ => throw new ArgumentException($"Users cannot be sorted by '{query.SortField}'; name, email, created_at and modified_at are known."),
        };
        var filter = query.Filter is { } part ? $"%{EscapeLike(part)}%" : null;
        var lines = await rows.ListAsync(
            UserPageSql.Replace("{0}", $"{field} {direction}, id {direction}", StringComparison.Ordinal),
            [
                Parameters.Of(query.OrgId), Parameters.Of((int)query.Statuses), Parameters.Of(filter), Parameters.Of(query.PageSize),
                Parameters.Of((long)query.PageNumber * query.PageSize), Parameters.Of(query.Role),
            ],
            static row => (
                User: row.IsDBNull(0) ? null : UserRows.Read(row),
                Total: row.GetInt64(UserRows.Count),
                Filtered: row.GetInt64(UserRows.Count + 1)),
            cancellationToken);
        return new UserPage([.. lines.Where(line => line.User is not null).Select(line => line.User!)], lines[0].Total, lines[0].Filtered);
    }

    /// <inheritdoc/>
    public ValueTask<KeySnapshot?> FindKeyByHashAsync(string hash, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {KeyRows.Columns} from access_key where hash = $1", [Parameters.Of(hash)], KeyRows.Read, cancellationToken);

    public static string EscapeLike(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal);
}
