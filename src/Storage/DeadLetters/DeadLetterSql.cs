using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.DeadLetters;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.DeadLetters;

/// <summary>The statements about dead letters, and how their rows are written and read.</summary>
internal static class DeadLetterSql
{
    /// <summary>What processes listen to that serve flavors: a replay or a rebuild was asked for. Only a hint; they look by themselves too.</summary>
    public const string Channel = "switchboard_handlers";

    /// <summary>Columns of a listing; the payload comes after them when it is wanted.</summary>
    public const string Columns =
        "id, flavor, status, reason, source, error, attempts, org_id, stream_type, stream_id, version, event_id, event_type, schema, headers, "
        + "parked_at, replays, changed_by, changed_at";

    // A record with an event id is settled by its mark: whoever has it first, a handler or a letter, decides. Another is recognised by
    // where it came from.
    private const string Park =
        """
        with fresh as (
            insert into handler_mark (event_id, flavor) select $10, $16 where $10 is not null on conflict do nothing returning 1)
        insert into dead_letter (flavor, reason, source, error, attempts, org_id, stream_type, stream_id, version, event_id, event_type, schema,
            payload, headers, parked_at)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
        where $10 is null or exists (select from fresh)
        on conflict do nothing
        """;

    // The mark was written by the caller's transaction.
    private const string Insert =
        """
        insert into dead_letter (flavor, reason, source, error, attempts, org_id, stream_type, stream_id, version, event_id, event_type, schema,
            payload, headers, parked_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict do nothing
        """;

    /// <summary>Parks a letter, with its mark; one row when it is new.</summary>
    public static void FillPark(NpgsqlParameterCollection parameters, out string sql, DeadLetter letter, short flavorNumber, DateTimeOffset now)
    {
        sql = Park;
        Fill(parameters, letter, now);
        parameters.Add(Parameters.Of(flavorNumber));
    }

    /// <summary>Keeps a letter whose event the same transaction has marked.</summary>
    public static NpgsqlBatchCommand InsertMarked(DeadLetter letter, DateTimeOffset now)
    {
        var command = new NpgsqlBatchCommand(Insert);
        Fill(command.Parameters, letter, now);
        return command;
    }

    /// <summary>Reads a row of <see cref="Columns"/>, and of the payload if there is one more.</summary>
    public static StoredDeadLetter Read(NpgsqlDataReader row, string tenant, bool payload) => new(
        row.GetInt64(0),
        new DeadLetter
        {
            Tenant = tenant,
            Flavor = row.GetString(1),
            Reason = Parse<DeadLetterReason>(row.GetString(3)),
            Source = row.GetString(4),
            Error = row.GetString(5),
            Attempts = row.GetInt32(6),
            OrgId = row.GuidOrNull(7),
            StreamType = row.TextOrNull(8),
            StreamId = row.GuidOrNull(9),
            Version = row.IsDBNull(10) ? null : row.GetInt64(10),
            EventId = row.GuidOrNull(11),
            Type = row.TextOrNull(12),
            Schema = row.NumberOrNull(13),
            Headers = row.Settings(14),
            Payload = payload ? row.GetFieldValue<byte[]>(19) : default,
        },
        Parse<DeadLetterStatus>(row.GetString(2)),
        row.Time(15),
        row.GetInt32(16),
        row.TextOrNull(17),
        row.TimeOrNull(18));

    /// <summary>An enumeration's value as it is stored.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static T Parse<T>(string name)
        where T : struct, Enum => Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static void Fill(NpgsqlParameterCollection parameters, DeadLetter letter, DateTimeOffset now)
    {
        var headers = Fit(letter.Headers);
        parameters.Add(Parameters.Of(letter.Flavor));
        parameters.Add(Parameters.Of(Name(letter.Reason)));
        parameters.Add(Parameters.Of(StorableText.Of(letter.Source)));
        parameters.Add(Parameters.Of(StorableText.Of(letter.Error, DeadLetter.MostErrorLength)));
        parameters.Add(Parameters.Of(letter.Attempts));
        parameters.Add(Parameters.Of(letter.OrgId));
        parameters.Add(Parameters.Of(letter.StreamType is { } streamType ? StorableText.Of(streamType) : null));
        parameters.Add(Parameters.Of(letter.StreamId));
        parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint, Value = letter.Version is { } version ? version : DBNull.Value });
        parameters.Add(Parameters.Of(letter.EventId));
        parameters.Add(Parameters.Of(letter.Type is { } type ? StorableText.Of(type) : null));
        parameters.Add(Parameters.Of(letter.Schema));
        parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>>(null!, NpgsqlDbType.Bytea) { TypedValue = letter.Payload });
        parameters.Add(Parameters.Jsonb(JsonSerializer.SerializeToUtf8Bytes(headers, RowJsonContext.Default.ImmutableSortedDictionaryStringString)));
        parameters.Add(Parameters.Of(now));
    }

    private static ImmutableSortedDictionary<string, string> Fit(ImmutableSortedDictionary<string, string> headers)
    {
        var fit = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in headers)
        {
            fit[StorableText.Of(name)] = StorableText.Of(value, 4000);
        }

        return fit.ToImmutable();
    }
}
