using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Templates;
using Switchboard.Templates;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on templates.</summary>
internal static class TemplateStatements
{
    /// <summary>Writes a template. Its project never changes.</summary>
    public static NpgsqlBatchCommand Write(TemplateSnapshot template, long expected) => expected == 0
        ? Command(
            "insert into case_template (id, org_id, version, body, project_id, created_at) values ($1, $2, $3, $4, $5, $6)",
            Parameters.Of(template.Id), Parameters.Of(template.OrgId), Parameters.Of(template.Version), Parameters.Jsonb(TemplateRows.Write(template)),
            Parameters.Of(template.ProjectId), Parameters.Of(template.CreatedAt))
        : Command(
            """
            with written as (update case_template set version = $3, body = $4 where id = $1 and org_id = $2 and version = $5 returning 1)
            select expect_rows(count(*), 1, 'case_template') from written
            """,
            Parameters.Of(template.Id), Parameters.Of(template.OrgId), Parameters.Of(template.Version), Parameters.Jsonb(TemplateRows.Write(template)),
            Parameters.Of(expected));

    /// <summary>Deletes a template.</summary>
    public static NpgsqlBatchCommand Delete(TemplateSnapshot template, long expected) => Command(
        """
        with gone as (delete from case_template where id = $1 and org_id = $2 and version = $3 returning 1)
        select expect_rows(count(*), 1, 'case_template') from gone
        """,
        Parameters.Of(template.Id), Parameters.Of(template.OrgId), Parameters.Of(expected));

    /// <summary>Deletes the templates of a project that is deleted, each with its event.</summary>
    public static NpgsqlBatchCommand Remove(ProjectRemoved removed, PendingAppend append, (string Type, short Schema) deleted, DateTimeOffset now) => Command(
        """
        with gone as (
            delete from case_template where org_id = $1 and project_id = $2 returning id, version, body
        )
        insert into domain_events
            (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
        select $1, 'case_template', id, version + 1, gen_random_uuid(), $3, $4,
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
