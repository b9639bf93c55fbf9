using System.Collections.Immutable;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>Reads links.</summary>
internal sealed class CaseLinkRows(RowReader rows) : ICaseLinks
{
    private const string Columns = "id, org_id, relationship, parent_type, parent_id, child_type, child_id, created_at, created_by";

    /// <inheritdoc/>
    public ValueTask<CaseLink?> FindAsync(Guid orgId, Guid linkId, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {Columns} from case_link where org_id = $1 and id = $2",
        [Parameters.Of(orgId), Parameters.Of(linkId)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseLink>> ListAsync(Guid orgId, LinkEnd end, string? relationship, CancellationToken cancellationToken) =>
        rows.ListAsync(
            $"""
            select {Columns} from case_link
            where org_id = $1 and ((parent_type = $2 and parent_id = $3) or (child_type = $2 and child_id = $3))
                and ($4 is null or relationship = $4)
            order by created_at, id
            """,
            [Parameters.Of(orgId), Parameters.Of(end.Type), Parameters.Of(end.Id), Parameters.Of(relationship)],
            Read,
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseLink>> ListJoinedAsync(Guid orgId, Guid caseId, string? relationship, CancellationToken cancellationToken) =>
        rows.ListAsync(
            $"""
            with recursive joined (id) as (
                select $2::uuid
                union
                select m.case_id from joined j join case_merge m on m.org_id = $1 and m.into_id = j.id
            ), ends as materialized (
                select id::text as id from joined
            )
            select {Columns} from case_link l
            where org_id = $1 and ($3 is null or relationship = $3)
                and ((parent_type = 'CASE' and parent_id in (select id from ends)) or (child_type = 'CASE' and child_id in (select id from ends)))
                and not (parent_type = 'CASE' and parent_id in (select id from ends) and child_type = 'CASE' and child_id in (select id from ends)
                    and parent_id <> $2::text and child_id <> $2::text)
            order by created_at, id
            """,
            [Parameters.Of(orgId), Parameters.Of(caseId), Parameters.Of(relationship)],
            Read,
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> LeadsToAsync(Guid orgId, string relationship, LinkEnd from, LinkEnd to, CancellationToken cancellationToken)
    {
        // "union" leaves out what was reached before: a circle that two writers made at once ends here too.
        var found = await rows.ListAsync(
            """
            with recursive reached (type, id) as (
                select $3, $4
                union
                select l.child_type, l.child_id
                from reached r join case_link l on l.org_id = $1 and l.parent_type = r.type and l.parent_id = r.id and l.relationship = $2
            )
            select exists (select from reached where type = $5 and id = $6)
            """,
            [
                Parameters.Of(orgId), Parameters.Of(relationship), Parameters.Of(from.Type), Parameters.Of(from.Id), Parameters.Of(to.Type),
                Parameters.Of(to.Id),
            ],
            static row => row.GetBoolean(0),
            cancellationToken);
        return found[0];
    }

    private static CaseLink Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.GetString(2),
        new LinkEnd(row.GetString(3), row.GetString(4)),
        new LinkEnd(row.GetString(5), row.GetString(6)),
        row.Time(7),
        row.GetGuid(8));
}
