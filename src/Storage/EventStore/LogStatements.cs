using Switchboard.Grains.EventStore;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on the log and on the idempotency keys.</summary>
internal static class LogStatements
{
    /// <summary>New events. The identity column numbers the rows as unnest gives them, so a stream's events keep their order.</summary>
    public static RowSet<EventRow> InsertEvents() => new RowSet<EventRow>(
            """
            insert into domain_events
                (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """)
        .Uuid(static row => row.Stream.OrgId)
        .Text(static row => row.Stream.Type)
        .Uuid(static row => row.Stream.Id)
        .Bigint(static row => row.Version)
        .Uuid(static row => row.Event.Id)
        .Text(static row => row.Encoded.Type)
        .Smallint(static row => row.Encoded.Schema)
        .Jsonb(static row => row.Encoded.Payload)
        .Jsonb(static row => row.Metadata)
        .Time(static row => row.Event.OccurredAt)
        .Time(static row => row.RecordedAt);

    /// <summary>Streams that get events without a row of their own: the version before must be there, or there would be a gap.</summary>
    public static RowSet<(StreamName Stream, long Version)> CheckStreams() => new RowSet<(StreamName Stream, long Version)>(
            """
            select expect_rows(count(*), $4, 'stream')
            from unnest($1, $2, $3) as i (org_id, stream_id, version)
            join domain_events e on e.stream_id = i.stream_id and e.version = i.version and e.org_id = i.org_id
            """)
        .Uuid(static row => row.Stream.OrgId)
        .Uuid(static row => row.Stream.Id)
        .Bigint(static row => row.Version)
        .RowCount();

    /// <summary>Answers under their idempotency keys.</summary>
    public static RowSet<(StoredAnswer Answer, DateTimeOffset Now)> InsertAnswers() => new RowSet<(StoredAnswer Answer, DateTimeOffset Now)>(
            """
            insert into idempotency_key (org_id, key, request_hash, answer, created_at)
            select * from unnest($1, $2, $3, $4, $5)
            """)
        .Uuid(static row => row.Answer.OrgId)
        .Text(static row => row.Answer.Key)
        .Text(static row => row.Answer.RequestHash)
        .Text(static row => row.Answer.Json)
        .Time(static row => row.Now);
}

/// <summary>A row of the log.</summary>
internal readonly record struct EventRow(
    StreamName Stream, long Version, NewEvent Event, EncodedEvent Encoded, byte[] Metadata, DateTimeOffset RecordedAt);
