using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Storage.EventStore;

/// <summary>Reads the log up to the oldest transaction that still runs.</summary>
internal sealed class EventFeed : IEventFeed
{
    /// <summary>
    /// Horizon, epoch and events in one statement: statements of their own would each see another moment, and a transaction that
    /// commits between them could be skipped. A row comes even when no event does.
    /// </summary>
    private const string Next =
        $"""
        select {RecordedEvents.Columns}, s.epoch, h.xmin, h.xmax
        from (select pg_snapshot_xmin(now) as xmin, pg_snapshot_xmax(now) as xmax from pg_current_snapshot() as now) h
        cross join store_epoch s
        left join lateral (
            select * from domain_events
            where (tx, seq) > ($1, $2) and tx < h.xmin and s.epoch = $3
            order by tx, seq
            limit $4
        ) e on true
        order by e.tx, e.seq
        """;

    private readonly TimeProvider _time;
    private readonly EventCodec _codec;
    private readonly RowReader _rows;
    private readonly Lock _lock = new();
    private ulong _horizon;
    private long _horizonSince;
    private bool _held;

    public EventFeed(TenantDatabase database, EventCodec codec, StorageInstruments instruments, TimeProvider time)
    {
        (_codec, _time) = (codec, time);
        _rows = new RowReader(database.Tenant, database.Primary);
        instruments.ObserveHorizon(HorizonLag);
    }

    /// <inheritdoc/>
    public async ValueTask<long> GetEpochAsync(CancellationToken cancellationToken)
    {
        var epochs = await _rows.ListAsync("select epoch from store_epoch", [], static row => row.GetInt64(0), cancellationToken);
        return epochs[0];
    }

    /// <inheritdoc/>
    public async ValueTask<FeedBatch> ReadAsync(FeedPosition after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var lines = await _rows.ListAsync(
            Next,
            [Parameters.Of(after.Tx), Parameters.Of(after.Seq), Parameters.Of(after.Epoch), Parameters.Of(limit)],
            Read,
            cancellationToken);
        var (_, epoch, horizon, newest) = lines[0];
        if (epoch != after.Epoch)
        {
            throw new InvalidOperationException(
                $"The position ({after.Tx}, {after.Seq}) is of epoch {after.Epoch}, but the store is in epoch {epoch}: it was restored or moved, "
                + "and its positions start anew. Start this reader again from the beginning of the epoch, or from a point that was checked by hand.");
        }

        Note(horizon, newest);
        return new FeedBatch([.. lines.Where(line => line.Event is not null).Select(line => line.Event!)], horizon);
    }

    private (RecordedEvent? Event, long Epoch, ulong Horizon, ulong Newest) Read(NpgsqlDataReader row)
    {
        var epoch = row.GetInt64(RecordedEvents.Count);
        return (
            row.IsDBNull(0) ? null : RecordedEvents.Read(row, epoch, _codec),
            epoch,
            row.GetFieldValue<ulong>(RecordedEvents.Count + 1),
            row.GetFieldValue<ulong>(RecordedEvents.Count + 2));
    }

    private void Note(ulong horizon, ulong newest)
    {
        lock (_lock)
        {
            if (horizon != _horizon)
            {
                (_horizon, _horizonSince) = (horizon, _time.GetTimestamp());
            }

            _held = horizon < newest;
        }
    }

    private double HorizonLag()
    {
        lock (_lock)
        {
            return _held ? _time.GetElapsedTime(_horizonSince).TotalSeconds : 0;
        }
    }
}
