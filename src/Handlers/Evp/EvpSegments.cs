using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Evp;

/// <summary>
/// The segments in the database. One is open; whoever adds lines holds its row until the commit, so a segment that was sealed has all its
/// lines and never gets another.
/// </summary>
internal static class EvpSegments
{
    // The number of a segment that is not made after all is lost: numbers have gaps.
    private const string Add =
        """
        with segment as (
            insert into evp_segment as s (state, lines, bytes, opened_at) values (0, $1, $2, $3)
            on conflict (state) where state = 0 do update set lines = s.lines + excluded.lines, bytes = s.bytes + excluded.bytes
            returning id
        )
        insert into evp_line (segment_id, line)
        select segment.id, one.line from segment, unnest($4) with ordinality as one (line, place) order by one.place
        """;

    private const string SealFull = "update evp_segment set state = 1, sealed_at = $1 where state = 0 and bytes >= $2";

    private const string SealOld = "update evp_segment set state = 1, sealed_at = $1 where state = 0 and opened_at <= $2";

    // The name is decided once. The epoch is part of it, because numbers start anew in a database that was restored.
    private const string Name =
        """
        update evp_segment s
        set name = coalesce(s.name, $2 || to_char(s.sealed_at at time zone 'UTC', 'YYYY-MM-DD') || '/'
            || lpad(e.epoch::text, 4, '0') || '-' || lpad(s.id::text, 12, '0') || '.ndjson.gz')
        from store_epoch e where s.id = $1 and s.state = 1
        returning s.name, s.lines
        """;

    private const string Written =
        """
        with written as (
            update evp_segment set state = 2, written_at = $2, file_bytes = $3, sha256 = $4 where id = $1 and state = 1 returning id
        )
        delete from evp_line where segment_id in (select id from written)
        """;

    /// <summary>Adds lines to the open segment, opening one if there is none, and seals it when it is full.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, ImmutableArray<string> lines, long bytes, long most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { Command(Add, Parameters.Of((long)lines.Length), Parameters.Of(bytes), Parameters.Of(now), Parameters.Of(lines)) },
        };
        batch.BatchCommands.Add(Command(SealFull, Parameters.Of(now), Parameters.Of(most)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Seals the open segment if it was opened at that time or before.</summary>
    public static Task SealAsync(NpgsqlDataSource source, DateTimeOffset now, DateTimeOffset openedBy, CancellationToken cancellationToken) =>
        ExecuteAsync(source, SealOld, [Parameters.Of(now), Parameters.Of(openedBy)], cancellationToken);

    /// <summary>The sealed segments that are not written yet, oldest first.</summary>
    public static ValueTask<ImmutableArray<long>> ListSealedAsync(RowReader rows, CancellationToken cancellationToken) => rows.ListAsync(
        "select id from evp_segment where state = 1 order by id limit 1000", [], static row => row.GetInt64(0), cancellationToken);

    /// <summary>Gives a sealed segment its file's name; null when somebody else has written it meanwhile.</summary>
    public static async Task<(string Name, long Lines)?> NameAsync(NpgsqlDataSource source, string tenant, long id, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Name);
        command.Parameters.Add(Parameters.Of(id));
        command.Parameters.Add(Parameters.Of(string.Create(CultureInfo.InvariantCulture, $"events/v1/tenant={tenant}/date=")));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetInt64(1)) : null;
    }

    /// <summary>Writes a segment's lines, each with its end; returns how many they are.</summary>
    public static async Task<long> CopyAsync(NpgsqlDataSource source, long id, Stream to, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select line from evp_line where segment_id = $1 order by id");
        command.Parameters.Add(Parameters.Of(id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            await to.WriteAsync(reader.GetFieldValue<byte[]>(0), cancellationToken);
            to.WriteByte((byte)'\n');
            lines++;
        }

        return lines;
    }

    /// <summary>Notes that a segment's file is there, and lets its lines go.</summary>
    public static Task WrittenAsync(
        NpgsqlDataSource source, long id, DateTimeOffset now, long fileBytes, string sha256, CancellationToken cancellationToken) => ExecuteAsync(
        source, Written, [Parameters.Of(id), Parameters.Of(now), Parameters.Of(fileBytes), Parameters.Of(sha256)], cancellationToken);

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }
}
