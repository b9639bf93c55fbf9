using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Storage.EventStore;

/// <summary>The columns of the log, and how they are read.</summary>
internal static class RecordedEvents
{
    /// <summary>All columns, for a query that names the table <c>e</c>.</summary>
    public const string Columns =
        "e.tx, e.seq, e.org_id, e.stream_type, e.stream_id, e.version, e.event_id, e.type, e.schema, e.payload, e.metadata, "
        + "e.occurred_at, e.recorded_at";

    /// <summary>How many they are.</summary>
    public const int Count = 13;

    /// <summary>Reads a row that begins with <see cref="Columns"/>.</summary>
    public static RecordedEvent Read(NpgsqlDataReader row, long epoch, EventCodec codec) => new(
        new FeedPosition(epoch, row.GetFieldValue<ulong>(0), row.GetInt64(1)),
        new StreamName(row.GetGuid(2), row.GetString(3), row.GetGuid(4)),
        row.GetInt64(5),
        row.GetGuid(6),
        codec.Decode(row.GetString(7), row.GetInt16(8), row.GetFieldValue<byte[]>(9)),
        codec.DecodeMetadata(row.GetFieldValue<byte[]>(10)),
        row.Time(11),
        row.Time(12));
}
