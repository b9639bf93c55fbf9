using System.Collections.Immutable;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Timeline;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Timeline;

/// <summary>Reads what <see cref="TimelineHandler"/> has written.</summary>
internal sealed class CaseHistory(RowReader rows) : ICaseHistory
{
    // Of a merge, the old or the new value is the other case's id, or what came of it. CASE asks for the kind before it looks into the value.
    private const string Seen =
        $$"""
         and not exists (
            select from "case" c where c.org_id = $2 and c.project_id = any($6) and c.id = any (case
                when kind in ('MERGED', 'UNMERGED') then array[(coalesce(new_value, old_value) #>> '{}')::uuid]
                when kind in ('ABSORBED', 'RELEASED') then array[(coalesce(new_value, old_value) ->> 'case_id')::uuid]
                when kind in ('LINK_ADDED', 'LINK_REMOVED') then array[
                    case when coalesce(new_value, old_value) #>> '{parent,type}' = '{{CaseLinkNames.Case}}' then (coalesce(new_value, old_value) #>> '{parent,id}')::uuid end,
                    case when coalesce(new_value, old_value) #>> '{child,type}' = '{{CaseLinkNames.Case}}' then (coalesce(new_value, old_value) #>> '{child,id}')::uuid end] end))
        """;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<HistoryEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken)
    {
        var direction = query.Ascending ? "asc" : "desc";
        return rows.ListAsync(
            $"""
            select event_id, version, kind, cell_id, actor_kind, actor_id, old_value, new_value, sentence, occurred_at
            from timeline_entry
            where case_id = $1 and org_id = $2 and ($3::uuid is null or cell_id = $3){(query.Hidden.IsEmpty ? "" : Seen)}
            order by version {direction}
            limit $4 offset $5
            """,
            [
                Parameters.Of(query.CaseId), Parameters.Of(query.OrgId), Parameters.Of(query.CellId), Parameters.Of(query.PageSize),
                Parameters.Of((long)query.PageNumber * query.PageSize),
                .. query.Hidden.IsEmpty ? (NpgsqlParameter[])[] : [Parameters.Of(query.Hidden.AsSpan())],
            ],
            Read,
            cancellationToken);
    }

    private static HistoryEntry Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetInt64(1),
        row.GetString(2),
        row.GuidOrNull(3),
        new Actor((ActorKind)row.GetInt16(4), row.GetGuid(5)),
        row.TextOrNull(6),
        row.TextOrNull(7),
        row.GetString(8),
        row.Time(9));
}
