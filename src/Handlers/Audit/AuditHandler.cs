using System.Collections.Immutable;
using Switchboard.Events;
using Switchboard.Grains.Audit;
using Switchboard.Intake;

namespace Switchboard.Handlers.Audit;

/// <summary>
/// Keeps the audit log: every event of every aggregate becomes an entry of its organisation's chain, in the order in which it was
/// handled. Entries are never changed or deleted, so the flavor is not rebuilt: an event whose entry exists is passed over.
/// </summary>
internal sealed class AuditHandler : RowHandler<AuditEntry>
{
    /// <summary>Its name and policy. An event out of order is better than none.</summary>
    public static Flavor Definition { get; } = new("audit");

    public override Flavor Flavor => Definition;

    public override ImmutableArray<string> Tables => [];

    /// <summary>All but alerts: what a machine says changes nothing; what comes of it in cases is here.</summary>
    public override bool Wants(EventRecord record) => record.StreamType != AlertReceived.StreamType;

    public override ValueTask<ImmutableArray<AuditEntry>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken)
    {
        var record = handled.Record;
        return ValueTask.FromResult<ImmutableArray<AuditEntry>>(
        [
            new AuditEntry
            {
                Tenant = record.Tenant,
                OrgId = record.OrgId,
                Number = 0, // given where the chain's end is locked, as is the hash
                EventId = record.EventId,
                Type = record.Type,
                Schema = (short)record.Schema,
                TargetType = record.StreamType,
                TargetId = record.StreamId,
                TargetVersion = record.Version,
                Actor = record.Actor,
                RequestId = record.CorrelationId,
                CausationId = record.CausationId,
                TraceParent = record.TraceParent,
                OccurredAt = AuditChain.Truncate(record.OccurredAt),
                RecordedAt = AuditChain.Truncate(record.RecordedAt),
                Details = record.Payload,
                Hash = [],
            },
        ]);
    }

    public override async ValueTask WriteAsync(EffectBatch<AuditEntry> batch, CancellationToken cancellationToken)
    {
        if (batch.Rows.IsEmpty)
        {
            return;
        }

        var orgs = batch.Rows.Select(static row => row.OrgId).Distinct().Order().ToArray();
        var (heads, there) = await AuditStatements.LockAsync(batch.Connection, orgs, batch.Rows, cancellationToken);
        var entries = ImmutableArray.CreateBuilder<AuditEntry>(batch.Rows.Length);
        foreach (var org in orgs)
        {
            // An event twice in one batch is written once: there.Add tells.
            entries.AddRange(AuditChain.Append(
                heads.GetValueOrDefault(org, new AuditHead(0, AuditChain.Beginning)),
                batch.Rows.Where(row => row.OrgId == org && there.Add(row.EventId))));
        }

        if (entries.Count > 0)
        {
            await AuditStatements.AppendAsync(batch.Connection, entries.DrainToImmutable(), cancellationToken);
        }
    }
}
