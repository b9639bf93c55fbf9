using Npgsql;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.PublicEvents;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;
using Switchboard.Storage.EventStore;

namespace Switchboard.Handlers.Nexus;

/// <summary>An event with the case's present row, as it is read from the database for the outside.</summary>
internal sealed class PublicEventRow(EventCodec codec)
{
    /// <summary>All columns, for a query that names the case <c>c</c> and the event <c>e</c>; either may be missing.</summary>
    public const string Columns = $"{CaseRow.Columns}, {RecordedEvents.Columns}";

    /// <summary>How many they are.</summary>
    public const int Count = CaseRow.Count + RecordedEvents.Count;

    private const int Facts = CaseRow.Count;

    /// <summary>Whether the row has an event.</summary>
    public static bool HasEvent(NpgsqlDataReader row) => !row.IsDBNull(Facts);

    /// <summary>Reads a row that begins with <see cref="Columns"/> and has an event.</summary>
    public PublicCaseEvent Read(NpgsqlDataReader row, long epoch)
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
