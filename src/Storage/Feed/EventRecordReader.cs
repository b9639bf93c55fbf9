using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;
using Switchboard.Storage.EventStore;

namespace Switchboard.Storage.Feed;

/// <summary>
/// Reads a tenant's log with the promises of <see cref="IEventFeed"/>, and leaves the bodies as they were stored: a transport carries
/// events that this release does not know. Safe for use by many at once.
/// </summary>
public sealed class EventRecordReader(TenantDatabase database, EventCodec codec)
{
    /// <summary>
    /// Horizon, epoch and events in one statement, hence one snapshot. <c>more</c>: events that are committed but lie behind the
    /// horizon, so that it is worth looking again soon; asked of the newest event, because "is there any" would be planned as a scan.
    /// </summary>
    private const string Next =
        $"""
        select {RecordedEvents.Columns}, s.epoch, h.xmin,
               coalesce((select late.tx from domain_events late order by late.tx desc, late.seq desc limit 1) >= h.xmin, false) as more
        from (select pg_snapshot_xmin(now) as xmin from pg_current_snapshot() as now) h
        cross join (select epoch from store_epoch limit 1) s
        left join lateral (
            select * from domain_events
            where (tx, seq) > ($1, $2) and tx < h.xmin and s.epoch = $3
            order by tx, seq
            limit $4
        ) e on true
        order by e.tx, e.seq
        """;

    private readonly RowReader _rows = new(database.Tenant, database.Primary);

    /// <summary>The tenant.</summary>
    public string Tenant { get; } = database.Tenant;

    /// <summary>The store's epoch; positions of another epoch are meaningless.</summary>
    public async ValueTask<long> GetEpochAsync(CancellationToken cancellationToken) =>
        (await _rows.ListAsync("select epoch from store_epoch", [], static row => row.GetInt64(0), cancellationToken))[0];

    /// <summary>The position of the last event below the horizon; the start of the epoch when there is none.</summary>
    public async ValueTask<FeedPosition> GetEndAsync(CancellationToken cancellationToken) => (await _rows.ListAsync(
        """
        select s.epoch, coalesce(e.tx, '0'), coalesce(e.seq, 0)
        from store_epoch s
        left join lateral (
            select tx, seq from domain_events where tx < pg_snapshot_xmin(pg_current_snapshot()) order by tx desc, seq desc limit 1
        ) e on true
        """,
        [],
        static row => new FeedPosition(row.GetInt64(0), row.GetFieldValue<ulong>(1), row.GetInt64(2)),
        cancellationToken))[0];

    /// <summary>The events after a position.</summary>
    /// <param name="after">The position.</param>
    /// <param name="limit">At most so many events.</param>
    /// <param name="bytes">No further event once their bodies have so many characters; there is always one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The position is of another epoch than the store's.</exception>
    public async ValueTask<EventRecords> ReadAsync(FeedPosition after, int limit, long bytes, CancellationToken cancellationToken)
    {
        var room = bytes;
        var lines = await _rows.ListAsync(
            Next,
            [Parameters.Of(after.Tx), Parameters.Of(after.Seq), Parameters.Of(after.Epoch), Parameters.Of(limit)],
            row => Read(row, ref room),
            cancellationToken);
        var (_, epoch, more) = lines[0];
        return epoch == after.Epoch
            ? new EventRecords([.. lines.Select(static line => line.Record).OfType<EventRecord>()], more)
            : throw new InvalidOperationException(
                $"The position ({after.Tx}, {after.Seq}) is of epoch {after.Epoch}, but the {Tenant} store is in epoch {epoch}: it was restored or moved, "
                + "and its positions start anew. Put this reader to a position of the new epoch (case-cli streams rewind).");
    }

    private (EventRecord? Record, long Epoch, bool More) Read(NpgsqlDataReader row, ref long room)
    {
        var epoch = row.GetInt64(RecordedEvents.Count);
        var more = row.GetBoolean(RecordedEvents.Count + 2);
        if (row.IsDBNull(0) || room <= 0)
        {
            return (null, epoch, more);
        }

        var payload = row.GetString(9);
        room -= payload.Length;
        var metadata = Metadata(row.GetFieldValue<byte[]>(10));
        var record = new EventRecord
        {
            Tenant = Tenant,
            OrgId = row.GetGuid(2),
            StreamType = string.Intern(row.GetString(3)),
            StreamId = row.GetGuid(4),
            Version = row.GetInt64(5),
            EventId = row.GetGuid(6),
            Type = string.Intern(row.GetString(7)),
            Schema = row.GetInt16(8),
            Payload = payload,
            Actor = metadata.Actor,
            CorrelationId = metadata.CorrelationId,
            CausationId = metadata.CausationId,
            TraceParent = metadata.TraceParent,
            OccurredAt = row.Time(11),
            RecordedAt = row.Time(12),
            Epoch = epoch,
            Tx = row.GetFieldValue<ulong>(0),
            Seq = row.GetInt64(1),
        };
        return (record, epoch, more);
    }

    /// <summary>Who caused an event is worth less than the event: what cannot be read is left out rather than holding up the log.</summary>
    private EventMetadata Metadata(byte[] json)
    {
        try
        {
            return codec.DecodeMetadata(json);
        }
        catch (JsonException)
        {
            return new EventMetadata(Actor.System, "unreadable");
        }
    }
}

/// <summary>A piece of the log.</summary>
/// <param name="Events">In order.</param>
/// <param name="More">Whether there are committed events that a transaction which still runs keeps from being read.</param>
public sealed record EventRecords(ImmutableArray<EventRecord> Events, bool More);
