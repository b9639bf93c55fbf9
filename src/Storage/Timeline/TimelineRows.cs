using System.Collections.Immutable;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Timeline;
using Switchboard.Storage.Databases;
using Switchboard.Timeline;

namespace Switchboard.Storage.Timeline;

/// <summary>Reads timelines.</summary>
internal sealed class TimelineRows(RowReader rows) : ITimelineReader
{
    private const string Columns =
        "id, org_id, case_id, case_version, kind, author_kind, author_id, content, created_at, modified_at, deleted_at";

    /// <summary>
    /// What a reader may not see of the projects of the last parameter. That a kind has ids in its contents is asked first: CASE keeps the order.
    /// </summary>
    private const string Seen =
        $"""
         and not exists (
            select from "case" c where c.org_id = $2 and c.project_id = any($6) and (c.id = timeline_cell.case_id or c.id = case
                when kind in ('{TimelineCellKinds.Merged}', '{TimelineCellKinds.Unmerged}', '{TimelineCellKinds.DuplicateMerged}', '{TimelineCellKinds.DuplicateUnmerged}')
                then coalesce(content ->> 'to', content ->> 'from')::uuid end
              or c.id = any (case
                when kind in ('{TimelineCellKinds.LinkAdded}', '{TimelineCellKinds.LinkRemoved}')
                then array[
                    case when content ->> 'parent_entity_type' = '{CaseLinkNames.Case}' then (content ->> 'parent_entity_id')::uuid end,
                    case when content ->> 'child_entity_type' = '{CaseLinkNames.Case}' then (content ->> 'child_entity_id')::uuid end] end)))
        """;

    /// <inheritdoc/>
    public ValueTask<TimelineCell?> FindAsync(Guid orgId, Guid caseId, Guid cellId, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {Columns} from timeline_cell where id = $1 and case_id = $2 and org_id = $3",
        [Parameters.Of(cellId), Parameters.Of(caseId), Parameters.Of(orgId)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TimelineCell>> ListAsync(TimelineQuery query, CancellationToken cancellationToken)
    {
        var direction = query.Ascending ? "asc" : "desc";
        var seen = query.Hidden.IsEmpty ? "" : Seen;
        NpgsqlParameter[] hidden = query.Hidden.IsEmpty ? [] : [Parameters.Of(query.Hidden.AsSpan())];
        return rows.ListAsync(
            query.Joined
                ? $"""
                with recursive joined (id) as (
                    select $1::uuid
                    union
                    select m.case_id from joined j join case_merge m on m.org_id = $2 and m.into_id = j.id
                )
                select {Columns} from timeline_cell
                where case_id in (select id from joined) and org_id = $2 and deleted_at is null and ($3::text is null or kind = $3){seen}
                order by created_at {direction}, case_id {direction}, case_version {direction}, id {direction}
                limit $4 offset $5
                """
                : $"""
                select {Columns} from timeline_cell
                where case_id = $1 and org_id = $2 and deleted_at is null and ($3::text is null or kind = $3){seen}
                order by case_version {direction}, id {direction}
                limit $4 offset $5
                """,
            [
                Parameters.Of(query.CaseId), Parameters.Of(query.OrgId), Parameters.Of(query.Kind), Parameters.Of(query.PageSize),
                Parameters.Of((long)query.PageNumber * query.PageSize), .. hidden,
            ],
            Read,
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TimelineCell>> ListOfCasesAsync(
        Guid orgId, ImmutableArray<Guid> caseIds, ImmutableArray<Guid> hidden, CancellationToken cancellationToken) => rows.ListAsync(
        $"""
        select {Columns} from timeline_cell
        where case_id = any($1) and org_id = $2 and deleted_at is null{(hidden.IsEmpty ? "" : Seen.Replace("$6", "$3", StringComparison.Ordinal))}
        order by case_id, case_version, id
        """,
        hidden.IsEmpty
            ? [Parameters.Of(caseIds.AsSpan()), Parameters.Of(orgId)]
            : [Parameters.Of(caseIds.AsSpan()), Parameters.Of(orgId), Parameters.Of(hidden.AsSpan())],
        Read,
        cancellationToken);

    private static TimelineCell Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        OrgId = row.GetGuid(1),
        CaseId = row.GetGuid(2),
        CaseVersion = row.GetInt64(3),
        Kind = row.GetString(4),
        Author = new Actor((ActorKind)row.GetInt16(5), row.GetGuid(6)),
        Content = row.GetString(7),
        CreatedAt = row.Time(8),
        ModifiedAt = row.TimeOrNull(9),
        DeletedAt = row.TimeOrNull(10),
    };
}
