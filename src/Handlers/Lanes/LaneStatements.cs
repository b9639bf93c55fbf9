using Npgsql;
using NpgsqlTypes;
using Switchboard.Storage.DeadLetters;

namespace Switchboard.Handlers.Lanes;

/// <summary>The statements that lanes share.</summary>
internal static class LaneStatements
{
    // "Switchboard handlers": advisory locks of other kinds have other first numbers.
    private const int GateClass = 0x5342_4831;

    /// <summary>
    /// Lets many effects of a flavor pass at a time, and none while the tables are switched: the transaction holds it to its end.
    /// </summary>
    public static NpgsqlBatchCommand PassGate(short flavor) => Gate("select pg_advisory_xact_lock_shared($1, $2)", flavor);

    /// <summary>Waits until all effects of a flavor have been committed, and keeps others out until the transaction's end.</summary>
    public static NpgsqlBatchCommand CloseGate(short flavor) => Gate("select pg_advisory_xact_lock($1, $2)", flavor);

    /// <summary>
    /// Marks events, and gives those that were not marked before. In the order of the ids: two owners of a stream that mark the same
    /// events would otherwise lock each other out.
    /// </summary>
    public static NpgsqlBatchCommand Mark(short flavor, Guid[] events) => With(
        "insert into handler_mark (event_id, flavor) select id, $2 from unnest($1) id order by id on conflict do nothing returning event_id",
        Array(NpgsqlDbType.Uuid, events),
        Number(flavor));

    /// <summary>Those of the events that are marked.</summary>
    public static NpgsqlBatchCommand FindMarked(short flavor, Guid[] events) => With(
        "select mark.event_id from unnest($1) as one (id) join handler_mark mark on mark.flavor = $2 and mark.event_id = one.id", Array(NpgsqlDbType.Uuid, events), Number(flavor));

    /// <summary>Those of the streams of which an event is parked.</summary>
    public static NpgsqlBatchCommand FindParkedStreams(string flavor, Guid[] streams) => With(
        "select distinct stream_id from dead_letter where flavor = $2 and stream_id = any ($1) and status in ('parked', 'replay_requested')",
        Array(NpgsqlDbType.Uuid, streams),
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = flavor });

    /// <summary>Ends letters that are being replayed, and gives those that still waited for it.</summary>
    public static NpgsqlBatchCommand EndLetters(long[] letters, DateTimeOffset now) => With(
        "update dead_letter set status = 'replayed', changed_at = $2 where id = any ($1) and status = 'replay_requested' returning id",
        Array(NpgsqlDbType.Bigint, letters),
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = now.UtcDateTime });

    /// <summary>Keeps a letter for an event that the transaction has marked.</summary>
    public static NpgsqlBatchCommand Park(Grains.DeadLetters.DeadLetter letter, DateTimeOffset now) => DeadLetterSql.InsertMarked(letter, now);

    private static NpgsqlBatchCommand Gate(string sql, short flavor) => With(
        sql,
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = GateClass },
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = (int)flavor });

    private static NpgsqlBatchCommand With(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter Number(short flavor) => new() { NpgsqlDbType = NpgsqlDbType.Smallint, Value = flavor };

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, T[] values) => new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values };
}
