using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Rebuilding;

/// <summary>A rebuild that is under way, as its row has it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="StartedAt">When it began; null before.</param>
/// <param name="Position">The last event whose rows are in the new tables; null before it began.</param>
internal sealed record RebuildJob(long Id, DateTimeOffset? StartedAt, FeedPosition? Position)
{
    /// <summary>The flavor's open job, or null.</summary>
    public static ValueTask<RebuildJob?> FindAsync(TenantDatabase database, string flavor, CancellationToken cancellationToken) =>
        new RowReader(database.Tenant, database.Primary).FindAsync(
            "select id, started_at, epoch, tx, seq from handler_rebuild where flavor = $1 and status in ('requested', 'running')",
            [Parameters.Of(flavor)],
            static row => new RebuildJob(
                row.GetInt64(0),
                row.TimeOrNull(1),
                row.IsDBNull(2) ? null : new FeedPosition(row.GetInt64(2), row.GetFieldValue<ulong>(3), row.GetInt64(4))),
            cancellationToken);

    /// <summary>Notes the beginning, in the transaction that makes the tables.</summary>
    public Task<bool> BeginAsync(NpgsqlConnection connection, FeedPosition start, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(
        connection,
        "update handler_rebuild set status = 'running', started_at = $2, epoch = $3, tx = $4, seq = $5 where id = $1 and status = 'requested'",
        [Parameters.Of(Id), Parameters.Of(now), Parameters.Of(start.Epoch), Parameters.Of(start.Tx), Parameters.Of(start.Seq)],
        cancellationToken);

    /// <summary>
    /// Moves on, in the transaction that fills the tables. False when it was given up, or when another process has moved it on meanwhile: then the
    /// transaction must not be committed.
    /// </summary>
    public Task<bool> AdvanceAsync(NpgsqlConnection connection, FeedPosition to, int events, CancellationToken cancellationToken) => ChangeAsync(
        connection,
        "update handler_rebuild set tx = $2, seq = $3, events = events + $4 where id = $1 and status = 'running' and tx = $5 and seq = $6",
        [
            Parameters.Of(Id), Parameters.Of(to.Tx), Parameters.Of(to.Seq), Parameters.Of((long)events), Parameters.Of(Position!.Value.Tx),
            Parameters.Of(Position.Value.Seq),
        ],
        cancellationToken);

    /// <summary>Notes the end, in the transaction that switches the tables or alone.</summary>
    public Task<bool> EndAsync(NpgsqlConnection connection, string? error, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(
        connection,
        "update handler_rebuild set status = case when $2::text is null then 'done' else 'failed' end, error = $2, ended_at = $3 where id = $1 and status in ('requested', 'running')",
        [Parameters.Of(Id), Parameters.Of(error), Parameters.Of(now)],
        cancellationToken);

    private static async Task<bool> ChangeAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
