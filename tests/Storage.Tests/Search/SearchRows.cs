using System.Text;
using System.Text.Json;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Storage.Cases;

namespace Switchboard.Storage.Tests.Search;

/// <summary>Writes rows as the event store does, without events: what a search reads.</summary>
internal static class SearchRows
{
    public static async Task WriteAsync(NpgsqlDataSource source, SearchCases org, CancellationToken cancellationToken)
    {
        await using var batch = source.CreateBatch();
        foreach (var (id, key) in org.Projects)
        {
            Add(
                batch,
                "insert into project (id, org_id, version, key, name, settings, enabled_custom_case_types, created_by, created_at) "
                + "values ($1, $2, 1, $3, $3, '{}', '{}', $1, $4)",
                id, org.OrgId, key, SearchCases.Now.UtcDateTime);
        }

        foreach (var (id, email) in org.Users)
        {
            Add(
                batch,
                "insert into org_user (id, org_id, version, email, name, roles, disabled, verified, service_account, created_at) "
                + "values ($1, $2, 1, $3, $3, '{}', false, true, false, $4)",
                id, org.OrgId, email, SearchCases.Now.UtcDateTime);
        }

        foreach (var @case in org.Cases)
        {
            Add(batch, @case);
        }

        // Their events would be read from the log.
        batch.BatchCommands.Add(new("select case_facet_refill()"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlBatch batch, CaseSnapshot @case)
    {
        Add(
            batch,
            "insert into \"case\" (id, org_id, version, project_id, key, public_id, type_id, title, description, priority, status_name, status_group, "
            + "assignee_id, attributes, creation_source, created_by, created_at, modified_by, modified_at, closed_at, archived_at, comment_count, due_date, details) "
            + "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24::jsonb)",
            @case.Id, @case.OrgId, @case.Version, @case.ProjectId, @case.Key, @case.PublicId, @case.TypeId, @case.Title, @case.Description,
            (short)@case.Priority, @case.StatusName, (short)@case.StatusGroup, @case.AssigneeId,
            JsonSerializer.Serialize(@case.Attributes.ToDictionary(static a => a.Key, static a => a.Value.ToArray())),
            @case.CreationSource, @case.CreatedBy, @case.CreatedAt.UtcDateTime, @case.ModifiedBy, @case.ModifiedAt?.UtcDateTime,
            @case.ClosedAt?.UtcDateTime, @case.ArchivedAt?.UtcDateTime, @case.CommentCount,
            @case.Details.DueDate, CaseDetailsColumn.Write(@case.Details) is { } details ? Encoding.UTF8.GetString(details) : null);
        Add(
            batch,
            "insert into case_text (case_id, org_id, title, description, facets) values ($1, $2, $3, $4, $5)",
            @case.Id, @case.OrgId, @case.Title, @case.Description,
            CaseFacets.Of(@case));
    }

    private static void Add(NpgsqlBatch batch, string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        batch.BatchCommands.Add(command);
    }
}
