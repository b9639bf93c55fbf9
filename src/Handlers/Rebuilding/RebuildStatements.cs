using Npgsql;
using NpgsqlTypes;
using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Handlers.Lanes;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Rebuilding;

/// <summary>The statements of a rebuild besides the flavor's own.</summary>
internal static class RebuildStatements
{
    /// <summary>Those of the events that were parked before the rebuild began: they stay parked (or dropped), and their rows out of the tables.</summary>
    public static async Task<HashSet<Guid>> FindParkedAsync(
        NpgsqlConnection connection, string flavor, IEnumerable<EventRecord> records, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select event_id from dead_letter where flavor = $1 and event_id = any ($2) and status <> 'replayed' and parked_at < $3", connection);
        command.Parameters.Add(Parameters.Of(flavor));
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = records.Select(static record => record.EventId).ToArray() });
        command.Parameters.Add(Parameters.Of(before));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var parked = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            parked.Add(reader.GetGuid(0));
        }

        return parked;
    }

    /// <summary>Waits until no effect of the flavor is on its way, and keeps others out until the transaction ends.</summary>
    public static async Task CloseGateAsync(NpgsqlConnection connection, short flavor, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local lock_timeout = '10s'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local statement_timeout = '5min'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local idle_in_transaction_session_timeout = '1min'"));
        batch.BatchCommands.Add(LaneStatements.CloseGate(flavor));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Marks what the new tables hold but the live flavor has not come to: everything behind its lowest position, as far as marks are kept.
    /// </summary>
    public static async Task MarkAsync(
        NpgsqlConnection connection, string flavor, short number, FeedPosition to, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with lowest as (
                select tx, next from stream_queue where consumer = $1 and source = 'domain_events' and (log_epoch = $5 or log_epoch is null)
                order by tx nulls first, next limit 1)
            insert into handler_mark (event_id, flavor)
            select e.event_id, $2 from domain_events e
            where e.recorded_at >= $6 and (e.tx, e.seq) <= ($3, $4)
              and (e.tx, e.seq) >= (coalesce((select tx from lowest), '0'), coalesce((select next from lowest), 0))
            order by e.event_id
            on conflict do nothing
            """,
            connection);
        command.Parameters.Add(Parameters.Of(flavor));
        command.Parameters.Add(Parameters.Of(number));
        command.Parameters.Add(Parameters.Of(to.Tx));
        command.Parameters.Add(Parameters.Of(to.Seq));
        command.Parameters.Add(Parameters.Of(to.Epoch));
        command.Parameters.Add(Parameters.Of(since));
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends the letters of events that were parked since the rebuild began: it has handled them.</summary>
    public static async Task EndLettersAsync(
        NpgsqlConnection connection, string flavor, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update dead_letter set status = 'replayed', changed_by = 'rebuild', changed_at = $3
            where flavor = $1 and parked_at >= $2 and event_id is not null and status in ('parked', 'replay_requested')
            """,
            connection);
        command.Parameters.Add(Parameters.Of(flavor));
        command.Parameters.Add(Parameters.Of(since));
        command.Parameters.Add(Parameters.Of(now));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
