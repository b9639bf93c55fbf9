using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Webhooks;

/// <summary>
/// Makes a row for every delivery that an event asks for. Which webhooks want it is decided by the database as it writes, so that a
/// webhook that was just made or changed counts at once. Sending is another's work.
/// </summary>
public sealed class WebhookHandler(IOptions<WebhookOptions> options, TimeProvider time) : RowHandler<WebhookRow>
{
    private const string Insert =
        """
        insert into webhook_delivery
            (id, org_id, endpoint_id, stream_id, version, event_id, event_type, created_at, state, due_at, expires_at)
        select gen_random_uuid(), e.org_id, w.id, e.stream_id, e.version, e.event_id, e.type, $8, 0, $8, $9
        from unnest($1, $2, $3, $4, $5, $6, $7) as e (org_id, stream_id, version, event_id, type, recorded_at, project_id)
        join webhook_endpoint w on w.org_id = e.org_id and w.enabled and w.created_at <= e.recorded_at
        cross join lateral (select coalesce(
            e.project_id,
            (select c.project_id from "case" c where c.id = e.stream_id and c.org_id = e.org_id),
            (select (o.payload ->> 'project_id')::uuid from domain_events o
             where o.stream_id = e.stream_id and o.version = 1 and o.org_id = e.org_id)) as id) p
        where (w.event_types = '{}' or e.type = any (w.event_types))
          and (w.project_ids = '{}' or p.id = any (w.project_ids))
          and project_shows(e.org_id, p.id, coalesce(w.answered_by, w.created_by))
        on conflict (endpoint_id, event_id) do nothing
        """;

    /// <summary>The flavor's name and policy.</summary>
    public static Flavor Definition { get; } = new("webhook");

    /// <inheritdoc/>
    public override Flavor Flavor => Definition;

    /// <summary>None: to build the deliveries anew would be to send everything again. The log offers a replay instead.</summary>
    public override ImmutableArray<string> Tables => [];

    /// <inheritdoc/>
    public override bool Wants(EventRecord record) =>
        record.StreamType == "case" && record.Tenant == TenantDatabases.CaseManagementTenant;

    /// <inheritdoc/>
    public override ValueTask<ImmutableArray<WebhookRow>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken)
    {
        var record = handled.Record;
        Guid? project = handled.Body switch
        {
            CaseOpened opened => opened.ProjectId,
            CaseDeleted deleted => deleted.ProjectId,
            _ => null,
        };
        return ValueTask.FromResult<ImmutableArray<WebhookRow>>(
            [new(record.OrgId, record.StreamId, record.Version, record.EventId, record.Type, record.RecordedAt, project)]);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(EffectBatch<WebhookRow> batch, CancellationToken cancellationToken)
    {
        if (batch.Suffix.Length > 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var rows = batch.Rows;
        await using var command = new NpgsqlCommand(Insert, batch.Connection);
        command.Parameters.Add(Column(NpgsqlDbType.Uuid, rows, static row => row.OrgId));
        command.Parameters.Add(Column(NpgsqlDbType.Uuid, rows, static row => row.StreamId));
        command.Parameters.Add(Column(NpgsqlDbType.Bigint, rows, static row => row.Version));
        command.Parameters.Add(Column(NpgsqlDbType.Uuid, rows, static row => row.EventId));
        command.Parameters.Add(Column(NpgsqlDbType.Text, rows, static row => row.Type));
        command.Parameters.Add(Column(NpgsqlDbType.TimestampTz, rows, static row => row.RecordedAt.UtcDateTime));
        command.Parameters.Add(Column(NpgsqlDbType.Uuid, rows, static row => row.ProjectId));
        command.Parameters.Add(Parameters.Of(now));
        command.Parameters.Add(Parameters.Of(now + options.Value.GiveUpAfter));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, ImmutableArray<WebhookRow> rows, Func<WebhookRow, T> of) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = rows.Select(of).ToArray() };
}

/// <summary>An event that webhooks may want.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="StreamId">The case.</param>
/// <param name="Version">The event's number within it.</param>
/// <param name="EventId">The event.</param>
/// <param name="Type">Its stored type.</param>
/// <param name="RecordedAt">When it was stored.</param>
/// <param name="ProjectId">The case's project, if the event says it.</param>
public sealed record WebhookRow(
    Guid OrgId, Guid StreamId, long Version, Guid EventId, string Type, DateTimeOffset RecordedAt, Guid? ProjectId);
