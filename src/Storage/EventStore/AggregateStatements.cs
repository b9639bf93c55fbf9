using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Projects;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on aggregates that change rarely: one for each row, an insert after version 0 and a checked update after any other.</summary>
internal static class AggregateStatements
{
    /// <summary>Writes an organisation.</summary>
    public static NpgsqlBatchCommand Write(OrgSnapshot org, long expected) => expected == 0
        ? Command(
            "insert into org (id, version, name, created_at) values ($1, $2, $3, $4)",
            Parameters.Of(org.Id), Parameters.Of(org.Version), Parameters.Of(org.Name), Parameters.Of(org.CreatedAt))
        : Command(
            Checked("org", "update org set version = $3, name = $4 where id = $1 and version = $2"),
            Parameters.Of(org.Id), Parameters.Of(expected), Parameters.Of(org.Version), Parameters.Of(org.Name));

    /// <summary>Writes a user.</summary>
    public static NpgsqlBatchCommand Write(UserSnapshot user, long expected)
    {
        NpgsqlParameter[] changing =
        [
            Parameters.Of(user.Id), Parameters.Of(user.OrgId), Parameters.Of(user.Version), Parameters.Of(user.Email), Parameters.Of(user.Name),
            Parameters.Of(user.Title), Parameters.Of(user.Roles), Parameters.Of(user.Disabled), Parameters.Of(user.Verified),
            Parameters.Of(user.ServiceAccount), Parameters.Of(user.PasswordHash), Parameters.Of(user.ModifiedAt),
            Parameters.Of(user.FavoriteProjects.AsSpan()),
        ];
        return expected == 0
            ? Command(
                """
                insert into org_user
                    (id, org_id, version, email, name, title, roles, disabled, verified, service_account, password_hash, modified_at, favorite_projects,
                     created_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                """,
                [.. changing, Parameters.Of(user.CreatedAt)])
            : Command(
                Checked(
                    "org_user",
                    """
                    update org_user
                    set version = $3, email = $4, name = $5, title = $6, roles = $7, disabled = $8, verified = $9, service_account = $10,
                        password_hash = $11, modified_at = $12, favorite_projects = $13
                    where id = $1 and org_id = $2 and version = $14
                    """),
                [.. changing, Parameters.Of(expected)]);
    }

    /// <summary>Writes a key. Kind, hash and owner never change.</summary>
    public static NpgsqlBatchCommand Write(KeySnapshot key, long expected)
    {
        NpgsqlParameter[] changing =
        [
            Parameters.Of(key.Id), Parameters.Of(key.OrgId), Parameters.Of(key.Version), Parameters.Of(key.Name), Parameters.Of(key.Scopes),
            Parameters.Of(key.ExpiresAt), Parameters.Of(key.Disabled), Parameters.Of(key.RevokedAt), Parameters.Of(key.RequestsPerSecond),
            Parameters.Of(key.Tags), Parameters.Of(key.ModifiedAt),
        ];
        return expected == 0
            ? Command(
                """
                insert into access_key
                    (id, org_id, version, name, scopes, expires_at, disabled, revoked_at, requests_per_second, tags, modified_at, kind, hash,
                     prefix, last4, user_id, created_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
                """,
                [
                    .. changing, Parameters.Of((short)key.Kind), Parameters.Of(key.Hash), Parameters.Of(key.Prefix), Parameters.Of(key.Last4),
                    Parameters.Of(key.UserId), Parameters.Of(key.CreatedAt),
                ])
            : Command(
                Checked(
                    "access_key",
                    """
                    update access_key
                    set version = $3, name = $4, scopes = $5, expires_at = $6, disabled = $7, revoked_at = $8, requests_per_second = $9, tags = $10,
                        modified_at = $11
                    where id = $1 and org_id = $2 and version = $12
                    """),
                [.. changing, Parameters.Of(expected)]);
    }

    /// <summary>Writes a project. Its key never changes.</summary>
    public static NpgsqlBatchCommand Write(ProjectSnapshot project, long expected)
    {
        NpgsqlParameter[] changing =
        [
            Parameters.Of(project.Id), Parameters.Of(project.OrgId), Parameters.Of(project.Version), Parameters.Of(project.Name),
            Parameters.Jsonb(SettingsJson(project.Settings)), Parameters.Of(project.EnabledCustomCaseTypes), Parameters.Json(project.ColumnsConfig),
            Parameters.Of(project.TeamId), Parameters.Of(project.ModifiedAt), Parameters.Of(project.ModifiedBy),
            Parameters.JsonbOrNull(ProjectRows.WritePolicy(project.Policy)),
        ];
        return expected == 0
            ? Command(
                """
                insert into project
                    (id, org_id, version, name, settings, enabled_custom_case_types, columns_config, team_id, modified_at, modified_by, policy,
                     key, created_by, created_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                """,
                [.. changing, Parameters.Of(project.Key), Parameters.Of(project.CreatedBy), Parameters.Of(project.CreatedAt)])
            : Command(
                Checked(
                    "project",
                    """
                    update project
                    set version = $3, name = $4, settings = $5, enabled_custom_case_types = $6, columns_config = $7, team_id = $8,
                        modified_at = $9, modified_by = $10, policy = $11
                    where id = $1 and org_id = $2 and version = $12
                    """),
                [.. changing, Parameters.Of(expected)]);
    }

    /// <summary>Writes a case type.</summary>
    public static NpgsqlBatchCommand Write(CaseTypeSnapshot type, long expected)
    {
        NpgsqlParameter[] changing =
        [
            Parameters.Of(type.Id), Parameters.Of(type.OrgId), Parameters.Of(type.Version), Parameters.Of(type.DeletedAt),
            Parameters.Jsonb(CaseTypeRows.Write(type)),
        ];
        return expected == 0
            ? Command(
                "insert into case_type (id, org_id, version, deleted_at, body, created_at) values ($1, $2, $3, $4, $5, $6)",
                [.. changing, Parameters.Of(type.CreatedAt)])
            : Command(
                Checked("case_type", "update case_type set version = $3, deleted_at = $4, body = $5 where id = $1 and org_id = $2 and version = $6"),
                [.. changing, Parameters.Of(expected)]);
    }

    /// <summary>
    /// Deletes a project and its cases. The project's row goes first: once it is locked, no other transaction can add a case, and those
    /// that were adding one have committed, so the second statement sees them.
    /// </summary>
    public static IEnumerable<NpgsqlBatchCommand> Remove(ProjectRemoved removed, long expected, PendingAppend append, EncodedEvent deleted, DateTimeOffset now)
    {
        var project = removed.Project;
        yield return Command(
            Checked("project", "delete from project where id = $1 and org_id = $2 and version = $3"),
            Parameters.Of(project.Id), Parameters.Of(project.OrgId), Parameters.Of(expected));
        yield return Command(
            """
            with gone as (
                delete from "case" where org_id = $1 and project_id = $2 returning id, version, key
            ), texts as (
                delete from case_text where case_id in (select id from gone)
            ), cells as (
                delete from timeline_cell where case_id in (select id from gone)
            ), former as (
                delete from case_former_key where case_id in (select id from gone)
            ), merges as (
                delete from case_merge where org_id = $1 and (case_id in (select id from gone) or into_id in (select id from gone))
            ), calls as (
                delete from case_call where case_id in (select id from gone) returning id
            ), call_lines as (
                delete from case_call_line where org_id = $1 and call_id in (select id from calls)
            ), links as (
                delete from case_link
                where org_id = $1
                    and ((parent_type = 'CASE' and parent_id in (select id::text from gone)) or (child_type = 'CASE' and child_id in (select id::text from gone)))
            )
            insert into domain_events
                (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            select $1, 'case', id, version + 1, gen_random_uuid(), $3, $4, $5 || jsonb_build_object('key', key), $6, $7, $8
            from gone order by id
            """,
            Parameters.Of(project.OrgId),
            Parameters.Of(project.Id),
            Parameters.Of(deleted.Type),
            Parameters.Of(deleted.Schema),
            Parameters.Jsonb(deleted.Payload),
            Parameters.Jsonb(append.Metadata),
            Parameters.Of(removed.At),
            Parameters.Of(now));
    }

    /// <summary>The event of a case that goes with its project, but for the case's key, which the statement puts in.</summary>
    public static CaseDeleted DeletedWith(ProjectRemoved removed) => new(removed.Project.Id, "");

    private static byte[] SettingsJson(ImmutableSortedDictionary<string, string> settings) =>
        JsonSerializer.SerializeToUtf8Bytes(settings, RowJsonContext.Default.ImmutableSortedDictionaryStringString);

    private static string Checked(string table, string change) =>
        $"with written as ({change} returning 1) select expect_rows(count(*), 1, '{table}') from written";

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
