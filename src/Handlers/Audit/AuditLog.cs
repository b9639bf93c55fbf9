using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Npgsql;
using Switchboard.Commands;
using Switchboard.Grains.Audit;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Audit;

/// <summary>Reads the audit logs of all tenants as one.</summary>
internal sealed class AuditLog(TenantDatabases databases) : IAuditLog
{
    private const int Piece = 1_000;

    private const string Columns =
        "org_id, number, event_id, type, schema, target_type, target_id, target_version, actor_kind, actor_id, request_id, "
        + "causation_id, trace_parent, occurred_at, recorded_at, details, hash";

    // One statement, hence one snapshot: a batch that is being added shows in both or in neither.
    private const string Ends =
        """
        select c.number, c.hash, coalesce((select max(number) from audit_event where org_id = $1), 0)
        from (select) as always left join audit_chain c on c.org_id = $1
        """;

    public async ValueTask<ImmutableArray<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        var (sql, parameters) = Statement(query);
        var found = await Task.WhenAll(Of(query.Tenant).Select(tenant => new RowReader(tenant.Tenant, tenant.Primary).ListAsync(
            sql, [.. parameters.Select(static parameter => parameter.Clone())], row => Read(tenant.Tenant, row), cancellationToken).AsTask()));
        if (found.Length == 1)
        {
            return found[0];
        }

        // By the same order as the statements': ids as bytes, which is how PostgreSQL compares them.
        var order = Comparer<AuditEntry>.Create(static (left, right) => left.RecordedAt != right.RecordedAt
            ? left.RecordedAt.CompareTo(right.RecordedAt)
            : left.EventId.ToByteArray(bigEndian: true).AsSpan().SequenceCompareTo(right.EventId.ToByteArray(bigEndian: true)));
        var all = found.SelectMany(static entries => entries);
        return [.. (query.Ascending ? all.Order(order) : all.OrderDescending(order)).Take(query.Limit)];
    }

    public async ValueTask<ImmutableArray<AuditChainReport>> VerifyAsync(AuditCheck check, CancellationToken cancellationToken)
    {
        var reports = ImmutableArray.CreateBuilder<AuditChainReport>();
        foreach (var tenant in Of(check.Tenant))
        {
            reports.Add(await VerifyAsync(tenant, check, cancellationToken));
        }

        return reports.ToImmutable();
    }

    private static async Task<AuditChainReport> VerifyAsync(TenantDatabase tenant, AuditCheck check, CancellationToken cancellationToken)
    {
        var rows = new RowReader(tenant.Tenant, tenant.Primary);
        var ends = await rows.ListAsync(
            Ends,
            [Parameters.Of(check.OrgId)],
            static row => (Head: row.IsDBNull(0) ? new AuditHead(0, AuditChain.Beginning) : new AuditHead(row.GetInt64(0), Hash(row, 1)), Last: row.GetInt64(2)),
            cancellationToken);
        var (head, newest) = ends[0];
        var after = Math.Min(check.After, head.Number);
        var follower = new AuditFollower(head, after, check.Known);
        var last = Math.Min(head.Number, after + check.Most);
        var next = Math.Max(1, after);
        while (next <= last)
        {
            var entries = await rows.ListAsync(
                $"select {Columns} from audit_event where org_id = $1 and number between $2 and $3 order by number",
                [Parameters.Of(check.OrgId), Parameters.Of(next), Parameters.Of(Math.Min(last, next + Piece - 1))],
                row => Read(tenant.Tenant, row),
                cancellationToken);
            if (entries.IsEmpty || !entries.All(follower.Follow))
            {
                break;
            }

            next = entries[^1].Number + 1;
        }

        if (follower.Reached < last || last == head.Number)
        {
            follower.End(newest);
        }

        return new AuditChainReport(tenant.Tenant, head.Number, head.Number == 0 ? [] : head.Hash, after + 1, follower.Reached, follower.Fault);
    }

    private IEnumerable<TenantDatabase> Of(string? tenant) => databases.All.Where(one => tenant is null || one.Tenant == tenant);

    private static (string Sql, List<NpgsqlParameter> Parameters) Statement(AuditQuery query)
    {
        var parameters = new List<NpgsqlParameter> { Parameters.Of(query.OrgId) };
        var conditions = new List<string> { "org_id = $1" };
        void Where(string condition, NpgsqlParameter parameter)
        {
            parameters.Add(parameter);
            conditions.Add(condition.Replace("$?", $"${parameters.Count}", StringComparison.Ordinal));
        }

        if (query.ActorId is { } actor)
        {
            Where("actor_id = $?", Parameters.Of(actor));
        }

        if (query.Type is { } type)
        {
            Where(
                type.EndsWith('*') ? "starts_with(type, $?)" : "type = $?",
                Parameters.Of(type.EndsWith('*') ? type[..^1] : type));
        }

        if (query.TargetType is { } kind)
        {
            Where("target_type = $?", Parameters.Of(kind));
        }

        if (query.TargetId is { } target)
        {
            Where("target_id = $?", Parameters.Of(target));
        }

        if (query.RequestId is { } request)
        {
            Where("request_id = $?", Parameters.Of(request));
        }

        if (query.From is { } from)
        {
            Where("recorded_at >= $?", Parameters.Of(from));
        }

        if (query.To is { } to)
        {
            Where("recorded_at < $?", Parameters.Of(to));
        }

        if (query.After is { } after)
        {
            parameters.Add(Parameters.Of(after.RecordedAt));
            Where($"(recorded_at, event_id) {(query.Ascending ? '>' : '<')} (${parameters.Count}, $?)", Parameters.Of(after.EventId));
        }

        parameters.Add(Parameters.Of(query.Limit));
        var direction = query.Ascending ? "asc" : "desc";
        return (
            $"select {Columns} from audit_event where {string.Join(" and ", conditions)} "
            + $"order by recorded_at {direction}, event_id {direction} limit ${parameters.Count}",
            parameters);
    }

    private static AuditEntry Read(string tenant, NpgsqlDataReader row) => new()
    {
        Tenant = tenant,
        OrgId = row.GetGuid(0),
        Number = row.GetInt64(1),
        EventId = row.GetGuid(2),
        Type = row.GetString(3),
        Schema = row.GetInt16(4),
        TargetType = row.GetString(5),
        TargetId = row.GetGuid(6),
        TargetVersion = row.GetInt64(7),
        Actor = new Actor((ActorKind)row.GetInt16(8), row.GetGuid(9)),
        RequestId = row.GetString(10),
        CausationId = row.TextOrNull(11),
        TraceParent = row.TextOrNull(12),
        OccurredAt = row.Time(13),
        RecordedAt = row.Time(14),
        Details = row.GetString(15),
        Hash = Hash(row, 16),
    };

    private static ImmutableArray<byte> Hash(NpgsqlDataReader row, int column) =>
        ImmutableCollectionsMarshal.AsImmutableArray(row.GetFieldValue<byte[]>(column));
}
