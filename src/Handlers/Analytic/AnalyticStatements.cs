using Npgsql;
using NpgsqlTypes;
using Switchboard.Cases;
using Switchboard.Storage.Databases;
using Switchboard.Storage.EventStore;

namespace Switchboard.Handlers.Analytic;

/// <summary>The statements that read and write the figures.</summary>
internal static class AnalyticStatements
{
    private const string CaseColumns =
        "case_id, org_id, version, project_id, type_id, priority, status_group, status_name, assignee_id, archived, deleted, opened_at, "
        + "acknowledged_at, resolved_at, state_since, open_us, in_progress_us, closed_us, reopens, closed_reason, merged";

    /// <summary>The figures of cases, locked to the transaction's end, always in the same order.</summary>
    public static async Task<Dictionary<Guid, AnalyticCase>> LockAsync(EffectBatch<HandledEvent> batch, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {CaseColumns} from {batch.Table("analytic_case")} where case_id = any ($1) order by case_id for update", batch.Connection);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var cases = new Dictionary<Guid, AnalyticCase>(ids.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            cases.Add(reader.GetGuid(0), Read(reader));
        }

        return cases;
    }

    /// <summary>Writes the figures of cases, and adds to those of days.</summary>
    public static async Task WriteAsync(
        EffectBatch<HandledEvent> batch, IEnumerable<AnalyticCase> cases, Dictionary<DayKey, DayDelta> days, CancellationToken cancellationToken)
    {
        var caseRows = UpsertCases(batch.Table("analytic_case"));
        foreach (var one in cases)
        {
            caseRows.Add(one);
        }

        // In one order, so that two writers do not lock each other out.
        var dayRows = AddToDays(batch.Table("analytic_day"));
        foreach (var day in days.OrderBy(static day => (day.Key.OrgId, day.Key.Day, day.Key.ProjectId)))
        {
            dayRows.Add(day);
        }

        await using var statements = new NpgsqlBatch(batch.Connection);
        caseRows.AddTo(statements);
        dayRows.AddTo(statements);
        await statements.ExecuteNonQueryAsync(cancellationToken);
    }

    private static AnalyticCase Read(NpgsqlDataReader row) => new()
    {
        CaseId = row.GetGuid(0),
        OrgId = row.GetGuid(1),
        Version = row.GetInt64(2),
        ProjectId = row.GetGuid(3),
        TypeId = row.GetGuid(4),
        Priority = (CasePriority)row.GetInt16(5),
        StatusGroup = (StatusGroup)row.GetInt16(6),
        StatusName = row.GetString(7),
        AssigneeId = row.GuidOrNull(8),
        Archived = row.GetBoolean(9),
        Deleted = row.GetBoolean(10),
        OpenedAt = row.Time(11),
        AcknowledgedAt = row.TimeOrNull(12),
        ResolvedAt = row.TimeOrNull(13),
        StateSince = row.Time(14),
        OpenMicroseconds = row.GetInt64(15),
        InProgressMicroseconds = row.GetInt64(16),
        ClosedMicroseconds = row.GetInt64(17),
        Reopens = row.GetInt32(18),
        ClosedReason = row.TextOrNull(19),
        Merged = row.GetBoolean(20),
    };

    private static RowSet<AnalyticCase> UpsertCases(string table) => new RowSet<AnalyticCase>(
            $"""
            insert into {table} as c ({CaseColumns})
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
            on conflict (case_id) do update set
                version = excluded.version, project_id = excluded.project_id, type_id = excluded.type_id, priority = excluded.priority,
                status_group = excluded.status_group, status_name = excluded.status_name, assignee_id = excluded.assignee_id,
                archived = excluded.archived, deleted = excluded.deleted, acknowledged_at = excluded.acknowledged_at,
                resolved_at = excluded.resolved_at, state_since = excluded.state_since, open_us = excluded.open_us,
                in_progress_us = excluded.in_progress_us, closed_us = excluded.closed_us, reopens = excluded.reopens, closed_reason = excluded.closed_reason, merged = excluded.merged
            """)
        .Uuid(static row => row.CaseId)
        .Uuid(static row => row.OrgId)
        .Bigint(static row => row.Version)
        .Uuid(static row => row.ProjectId)
        .Uuid(static row => row.TypeId)
        .Smallint(static row => (short)row.Priority)
        .Smallint(static row => (short)row.StatusGroup)
        .Text(static row => row.StatusName)
        .Uuid(static row => row.AssigneeId)
        .Boolean(static row => row.Archived)
        .Boolean(static row => row.Deleted)
        .Time(static row => row.OpenedAt)
        .Time(static row => row.AcknowledgedAt)
        .Time(static row => row.ResolvedAt)
        .Time(static row => row.StateSince)
        .Bigint(static row => row.OpenMicroseconds)
        .Bigint(static row => row.InProgressMicroseconds)
        .Bigint(static row => row.ClosedMicroseconds)
        .Integer(static row => row.Reopens)
        .Text(static row => row.ClosedReason)
        .Boolean(static row => row.Merged);

    private static RowSet<KeyValuePair<DayKey, DayDelta>> AddToDays(string table) => new RowSet<KeyValuePair<DayKey, DayDelta>>(
            $"""
            insert into {table} as d (org_id, day, project_id, opened, acknowledged, resolved, reopened, acknowledge_us, resolve_us)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (org_id, day, project_id) do update set
                opened = d.opened + excluded.opened, acknowledged = d.acknowledged + excluded.acknowledged, resolved = d.resolved + excluded.resolved,
                reopened = d.reopened + excluded.reopened, acknowledge_us = d.acknowledge_us + excluded.acknowledge_us,
                resolve_us = d.resolve_us + excluded.resolve_us
            """)
        .Uuid(static row => row.Key.OrgId)
        .Date(static row => row.Key.Day)
        .Uuid(static row => row.Key.ProjectId)
        .Bigint(static row => row.Value.Opened)
        .Bigint(static row => row.Value.Acknowledged)
        .Bigint(static row => row.Value.Resolved)
        .Bigint(static row => row.Value.Reopened)
        .Bigint(static row => row.Value.AcknowledgeMicroseconds)
        .Bigint(static row => row.Value.ResolveMicroseconds);
}
