using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Views;
using Switchboard.Views;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on saved views.</summary>
internal static class ViewStatements
{
    /// <summary>Writes a view. Its project never changes.</summary>
    public static NpgsqlBatchCommand Write(ViewSnapshot view, long expected) => expected == 0
        ? Command(
            "insert into case_view (id, org_id, version, body, project_id, created_at) values ($1, $2, $3, $4, $5, $6)",
            Parameters.Of(view.Id), Parameters.Of(view.OrgId), Parameters.Of(view.Version), Parameters.Jsonb(ViewRows.Write(view)),
            Parameters.Of(view.ProjectId), Parameters.Of(view.CreatedAt))
        : Command(
            """
            with written as (update case_view set version = $3, body = $4 where id = $1 and org_id = $2 and version = $5 returning 1)
            select expect_rows(count(*), 1, 'case_view') from written
            """,
            Parameters.Of(view.Id), Parameters.Of(view.OrgId), Parameters.Of(view.Version), Parameters.Jsonb(ViewRows.Write(view)),
            Parameters.Of(expected));

    /// <summary>Deletes a view.</summary>
    public static NpgsqlBatchCommand Delete(ViewSnapshot view, long expected) => Command(
        """
        with gone as (delete from case_view where id = $1 and org_id = $2 and version = $3 returning 1)
        select expect_rows(count(*), 1, 'case_view') from gone
        """,
        Parameters.Of(view.Id), Parameters.Of(view.OrgId), Parameters.Of(expected));

    /// <summary>Deletes the views of a project that is deleted, each with its event.</summary>
    public static NpgsqlBatchCommand Remove(ProjectRemoved removed, PendingAppend append, (string Type, short Schema) deleted, DateTimeOffset now) => Command(
        """
        with gone as (
            delete from case_view where org_id = $1 and project_id = $2 returning id, version, body
        )
        insert into domain_events
            (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
        select $1, 'case_view', id, version + 1, gen_random_uuid(), $3, $4,
            jsonb_build_object('project_id', $2, 'content', body -> 'content'), $5, $6, $7
        from gone order by id
        """,
        Parameters.Of(removed.Project.OrgId), Parameters.Of(removed.Project.Id), Parameters.Of(deleted.Type), Parameters.Of(deleted.Schema),
        Parameters.Jsonb(append.Metadata), Parameters.Of(removed.At), Parameters.Of(now));

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
