using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.PublicEvents;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;
using Switchboard.Storage.EventStore;

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
        select {CaseRow.Columns}, {RecordedEvents.Columns}, s.epoch, last.tx, last.seq
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

    private const int Facts = CaseRow.Count;
    private const int End = CaseRow.Count + RecordedEvents.Count;

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
            row => (Event: row.IsDBNull(Facts) ? null : Read(row, after.Epoch), End: EndOf(row, End)),
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

    private PublicCaseEvent Read(NpgsqlDataReader row, long epoch)
    {
        var payload = row.GetString(Facts + 9);
        var body = Decode(row.GetString(Facts + 7), row.GetInt16(Facts + 8), payload);
        var now = row.IsDBNull(0) ? null : CaseRow.Read(row);
        return new PublicCaseEvent
        {
            Position = new FeedPosition(epoch, row.GetFieldValue<ulong>(Facts), row.GetInt64(Facts + 1)),
            OrgId = row.GetGuid(Facts + 2),
            CaseId = row.GetGuid(Facts + 4),
            Version = row.GetInt64(Facts + 5),
            EventId = row.GetGuid(Facts + 6),
            Type = row.GetString(Facts + 7),
            Body = body,
            Payload = payload,
            Actor = codec.DecodeMetadata(row.GetFieldValue<byte[]>(Facts + 10)).Actor,
            OccurredAt = row.Time(Facts + 11),
            Case = now,
            CaseKey = now?.Key ?? KeyIn(body),
            ProjectId = now?.ProjectId ?? ProjectIn(body),
        };
    }

    private DomainEvent? Decode(string type, int schema, string payload)
    {
        try
        {
            return codec.Decode(type, schema, System.Text.Encoding.UTF8.GetBytes(payload));
        }
        catch (InvalidOperationException)
        {
            // A newer release runs beside this one. Its event is told by its type alone; to stop here would silence every client.
            return null;
        }
    }

    private static string? KeyIn(DomainEvent? body) => body switch
    {
        CaseOpened opened => opened.Key,
        CaseDeleted deleted => deleted.Key,
        _ => null,
    };

    private static Guid? ProjectIn(DomainEvent? body) => body switch
    {
        CaseOpened opened => opened.ProjectId,
        CaseDeleted deleted => deleted.ProjectId,
        _ => null,
    };
}
