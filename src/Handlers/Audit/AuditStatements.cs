using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Npgsql;
using Switchboard.Grains.Audit;
using Switchboard.Storage.EventStore;

namespace Switchboard.Handlers.Audit;

/// <summary>The statements that add to the chains.</summary>
internal static class AuditStatements
{
    /// <summary>
    /// Locks the ends of the chains, always in the same order, and tells which events have their entries already. The entries are
    /// looked for by a statement of its own after the lock, so that it sees what the lock was waited for.
    /// </summary>
    public static async Task<(Dictionary<Guid, AuditHead> Heads, HashSet<Guid> There)> LockAsync(
        NpgsqlConnection connection, Guid[] orgs, ImmutableArray<AuditEntry> rows, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, "insert into audit_chain (org_id, number, hash) select id, 0, $2 from unnest($1) as id on conflict do nothing", orgs, AuditChain.Beginning.ToArray());
        Add(batch, "select org_id, number, hash from audit_chain where org_id = any($1) order by org_id for update", orgs);
        Add(batch, "select event_id from audit_event where event_id = any($1)", rows.Select(static row => row.EventId).ToArray());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var heads = new Dictionary<Guid, AuditHead>();
        while (await reader.ReadAsync(cancellationToken))
        {
            heads.Add(
                reader.GetGuid(0),
                new AuditHead(reader.GetInt64(1), ImmutableCollectionsMarshal.AsImmutableArray(reader.GetFieldValue<byte[]>(2))));
        }

        var there = new HashSet<Guid>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            there.Add(reader.GetGuid(0));
        }

        return (heads, there);
    }

    /// <summary>Writes entries that have their numbers and hashes, and moves the ends.</summary>
    public static async Task AppendAsync(NpgsqlConnection connection, ImmutableArray<AuditEntry> entries, CancellationToken cancellationToken)
    {
        var events = InsertEntries();
        foreach (var entry in entries)
        {
            events.Add(entry);
        }

        var heads = MoveHeads();
        foreach (var head in entries.GroupBy(static entry => entry.OrgId).Select(static org => org.Last()))
        {
            heads.Add(head);
        }

        await using var batch = new NpgsqlBatch(connection);
        events.AddTo(batch);
        heads.AddTo(batch);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static RowSet<AuditEntry> InsertEntries() => new RowSet<AuditEntry>(
            """
            insert into audit_event
                (org_id, number, event_id, type, schema, target_type, target_id, target_version, actor_kind, actor_id, request_id,
                 causation_id, trace_parent, occurred_at, recorded_at, details, hash)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """)
        .Uuid(static row => row.OrgId)
        .Bigint(static row => row.Number)
        .Uuid(static row => row.EventId)
        .Text(static row => row.Type)
        .Smallint(static row => row.Schema)
        .Text(static row => row.TargetType)
        .Uuid(static row => row.TargetId)
        .Bigint(static row => row.TargetVersion)
        .Smallint(static row => (short)row.Actor.Kind)
        .Uuid(static row => row.Actor.Id)
        .Text(static row => row.RequestId)
        .Text(static row => row.CausationId!)
        .Text(static row => row.TraceParent!)
        .Time(static row => row.OccurredAt)
        .Time(static row => row.RecordedAt)
        .Json(static row => row.Details)
        .Bytes(static row => [.. row.Hash]);

    private static RowSet<AuditEntry> MoveHeads() => new RowSet<AuditEntry>(
            """
            update audit_chain c set number = i.number, hash = i.hash
            from unnest($1, $2, $3) as i (org_id, number, hash) where c.org_id = i.org_id
            """)
        .Uuid(static row => row.OrgId)
        .Bigint(static row => row.Number)
        .Bytes(static row => [.. row.Hash]);

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
