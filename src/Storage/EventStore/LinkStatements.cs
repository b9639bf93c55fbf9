using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on links, on the case at a link's other end, and on a case's place in a project.</summary>
internal static class LinkStatements
{
    /// <summary>A new link.</summary>
    public static NpgsqlBatchCommand Insert(CaseLink link) => Command(
        """
        insert into case_link (id, org_id, relationship, parent_type, parent_id, child_type, child_id, created_at, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        Parameters.Of(link.Id), Parameters.Of(link.OrgId), Parameters.Of(link.Relationship), Parameters.Of(link.Parent.Type),
        Parameters.Of(link.Parent.Id), Parameters.Of(link.Child.Type), Parameters.Of(link.Child.Id), Parameters.Of(link.CreatedAt),
        Parameters.Of(link.CreatedBy));

    /// <summary>A link that goes.</summary>
    public static NpgsqlBatchCommand Delete(CaseLink link) => Command(
        """
        with gone as (delete from case_link where id = $1 and org_id = $2 returning 1)
        select expect_rows(count(*), 1, 'case_link') from gone
        """,
        Parameters.Of(link.Id), Parameters.Of(link.OrgId));

    /// <summary>That a case went into another.</summary>
    public static NpgsqlBatchCommand Merge(MergeWritten merge) => Command(
        "insert into case_merge (case_id, org_id, into_id) values ($1, $2, $3)",
        Parameters.Of(merge.CaseId), Parameters.Of(merge.OrgId), Parameters.Of(merge.IntoId));

    /// <summary>That a case is in no other one any more. Nothing happens when its row went together with the other case.</summary>
    public static NpgsqlBatchCommand Unmerge(MergeErased merge) => Command(
        "delete from case_merge where case_id = $1 and org_id = $2", Parameters.Of(merge.CaseId), Parameters.Of(merge.OrgId));

    /// <summary>The project and key of a case that moved, and the key that it had. Its row was locked and its version checked before.</summary>
    public static NpgsqlBatchCommand Place(CasePlaced placed) => Command(
        """
        with former as (
            insert into case_former_key (org_id, key, case_id) values ($2, $5, $1)
        ), written as (
            update "case" set project_id = $3, key = $4 where id = $1 and org_id = $2 returning 1
        )
        select expect_rows(count(*), 1, 'case') from written
        """,
        Parameters.Of(placed.Case.Id), Parameters.Of(placed.Case.OrgId), Parameters.Of(placed.Case.ProjectId), Parameters.Of(placed.Case.Key),
        Parameters.Of(placed.FormerKey));

    /// <summary>
    /// An event of another case than the append's, after the version that its row has now; the row's lock keeps the place free until the
    /// commit.
    /// </summary>
    public static NpgsqlBatchCommand Echo(CaseEchoed echo, Guid orgId, in EncodedEvent encoded, byte[] metadata, DateTimeOffset now) => Command(
        """
        with raised as (
            update "case" set version = version + 1 where id = $1 and org_id = $2 returning version
        ), recorded as (
            insert into domain_events
                (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            select $2, 'case', $1, version, $3, $4, $5, $6, $7, $8, $9 from raised
        ), traced as (
            insert into timeline_cell (id, org_id, case_id, case_version, kind, author_kind, author_id, content, created_at)
            select $3, $2, $1, version, $10, $11, $12, $13, $8 from raised
        )
        select expect_rows(count(*), 1, 'case') from raised
        """,
        Parameters.Of(echo.CaseId), Parameters.Of(orgId), Parameters.Of(echo.Event.Id), Parameters.Of(encoded.Type),
        Parameters.Of(encoded.Schema), Parameters.Jsonb(encoded.Payload), Parameters.Jsonb(metadata), Parameters.Of(echo.Event.OccurredAt),
        Parameters.Of(now), Parameters.Of(echo.Cell.Kind), Parameters.Of((short)echo.Cell.Author.Kind), Parameters.Of(echo.Cell.Author.Id),
        Parameters.Json(echo.Cell.Content));

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
