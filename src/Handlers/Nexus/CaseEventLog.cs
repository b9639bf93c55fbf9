using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Handlers.Nexus;

/// <summary>Reads cases' events with the cases' present rows, in one statement and hence one snapshot.</summary>
internal sealed class CaseEventLog(RowReader rows, EventCodec codec) : ICaseEventLog
{
    // The end is the last row that is safe to read, of whatever organisation: a reader whose organisations are quiet moves on too.
    private const string Horizon =
        """
        from (select pg_snapshot_xmin(now) as xmin from pg_current_snapshot() as now) h
        cross join store_epoch s
        left join lateral (
            select tx, seq from domain_events where tx < h.xmin order by tx desc, seq desc limit 1
        ) last on true
        """;

    private const string Head = $"select s.epoch, last.tx, last.seq {Horizon}";

    private const string Next =
        $"""
        select {PublicEventRow.Columns}, s.epoch, last.tx, last.seq
        {Horizon}
        left join lateral (
            select * from domain_events
            where (tx, seq) > ($1, $2) and tx < h.xmin and s.epoch = $3 and stream_type = 'case' and org_id = any ($4)
            order by tx, seq
            limit $5
        ) e on true
        left join "case" c on c.id = e.stream_id and c.org_id = e.org_id
        order by e.tx, e.seq
        """;

    private const string Distance =
        """
        select s.epoch, h.xmin, (
            select count(*) from (
                select from domain_events where (tx, seq) > ($1, $2) and tx < h.xmin order by tx, seq limit $3
            ) newer)
        from (select pg_snapshot_xmin(now) as xmin from pg_current_snapshot() as now) h
        cross join store_epoch s
        """;

    private const int End = PublicEventRow.Count;

    private readonly PublicEventRow _events = new(codec);

    /// <inheritdoc/>
    public async ValueTask<FeedPosition> GetHeadAsync(CancellationToken cancellationToken)
    {
        var heads = await rows.ListAsync(Head, [], static row => EndOf(row, 0), cancellationToken);
        return heads[0];
    }

    /// <inheritdoc/>
    public async ValueTask<CaseEventBatch> ReadAsync(
        FeedPosition after, ImmutableArray<Guid> organisations, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var organisationsParameter = new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = organisations.ToArray() };
        var lines = await rows.ListAsync(
            Next,
            [
                Parameters.Of(after.Tx), Parameters.Of(after.Seq), Parameters.Of(after.Epoch), organisationsParameter,
                Parameters.Of(limit),
            ],
            row => (Event: PublicEventRow.HasEvent(row) ? _events.Read(row, after.Epoch) : null, End: EndOf(row, End)),
            cancellationToken);
        var end = lines[0].End;
        if (end.Epoch != after.Epoch)
        {
            return new CaseEventBatch([], end, Complete: true, EpochChanged: true);
        }

        var events = lines.Where(line => line.Event is not null).Select(line => line.Event!).ToImmutableArray();
        return events.Length < limit
            ? new CaseEventBatch(events, end.CompareTo(after) > 0 ? end : after, Complete: true)
            : new CaseEventBatch(events, events[^1].Position, Complete: false);
    }

    /// <inheritdoc/>
    public async ValueTask<ResumeVerdict> CheckAsync(FeedPosition from, int window, CancellationToken cancellationToken)
    {
        var found = await rows.ListAsync(
            Distance,
            [Parameters.Of(from.Tx), Parameters.Of(from.Seq), Parameters.Of(window + 1)],
            static row => (Epoch: row.GetInt64(0), Horizon: row.GetFieldValue<ulong>(1), Newer: row.GetInt64(2)),
            cancellationToken);
        var (epoch, horizon, newer) = found[0];
        return epoch != from.Epoch ? ResumeVerdict.OtherEpoch
            : from.Tx >= horizon ? ResumeVerdict.Unknown
            : newer > window ? ResumeVerdict.TooOld
            : ResumeVerdict.Possible;
    }

    /// <summary>The end, or the start of the epoch while nothing is stored.</summary>
    private static FeedPosition EndOf(NpgsqlDataReader row, int column) => row.IsDBNull(column + 1)
        ? FeedPosition.Start(row.GetInt64(column))
        : new FeedPosition(row.GetInt64(column), row.GetFieldValue<ulong>(column + 1), row.GetInt64(column + 2));
}
