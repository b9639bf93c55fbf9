using Npgsql;
using NpgsqlTypes;

namespace Switchboard.Storage.EventStore;

/// <summary>A lane's connection: sends batches, one round trip and one transaction each, and looks up what became of lost ones.</summary>
/// <param name="writer">Where connections come from.</param>
/// <param name="newStatements">
/// Makes the statements for a connection. Each connection has its own: a command remembers the prepared statement that it became on
/// the connection it ran on, and would call it by that name on the next one.
/// </param>
internal sealed class AppendSession(NpgsqlDataSource writer, Func<BatchStatements> newStatements) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private NpgsqlBatch? _batch;
    private BatchStatements? _statements;

    /// <summary>Whether the last <see cref="CommitAsync"/> got as far as sending: if not, nothing can have been committed.</summary>
    public bool Sent { get; private set; }

    /// <summary>Makes sure that there is a connection.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = await writer.OpenConnectionAsync(cancellationToken);
            _batch = new NpgsqlBatch(_connection);
            _statements = newStatements();
        }
    }

    /// <summary>
    /// Commits all of them, or none and throws. Without BEGIN and COMMIT the statements of a batch are one implicit transaction, which
    /// commits when the server has run the last of them.
    /// </summary>
    public async ValueTask CommitAsync(IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        Sent = false;
        await OpenAsync(cancellationToken);
        _batch!.BatchCommands.Clear();
        _statements!.Fill(_batch, appends);
        Sent = true;
        await _batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Which of the appends are in the database: by the id of their first event, or by their answer when they have no event.</summary>
    public async ValueTask<HashSet<PendingAppend>> FindCommittedAsync(IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        var committed = new HashSet<PendingAppend>();
        await FindEventsAsync(appends, committed, cancellationToken);
        await FindAnswersAsync(appends, committed, cancellationToken);
        return committed;
    }

    /// <summary>
    /// Which of the appends can never be committed, since their place in their stream is taken. Left out are those of which that may be their own
    /// doing, and those with an answer: a command that was given before is refused for another reason.
    /// </summary>
    public async ValueTask<HashSet<PendingAppend>> FindOvertakenAsync(IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        var overtaken = new HashSet<PendingAppend>();
        var wanted = appends.Where(static append => append.Events.Length > 0 && append.Request.Answer is null && !append.OutcomeUnknown).ToArray();
        await using var command = new NpgsqlCommand(
            """
            select i.number from unnest($1, $2) with ordinality as i (stream_id, version, number)
            where exists (select from domain_events e where e.stream_id = i.stream_id and e.version = i.version)
            """,
            _connection);
        command.Parameters.Add(Array(NpgsqlDbType.Uuid, wanted, append => append.Request.Stream.Id));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, wanted, append => append.Request.ExpectedVersion + 1));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            overtaken.Add(wanted[(int)reader.GetInt64(0) - 1]);
        }

        return overtaken;
    }

    /// <summary>Drops the connection; the next use opens another.</summary>
    public async ValueTask ResetAsync()
    {
        var (batch, connection) = (_batch, _connection);
        (_batch, _connection, _statements, Sent) = (null, null, null, false);
        if (batch is not null)
        {
            await batch.DisposeAsync();
        }

        if (connection is not null)
        {
            // Not back to the pool, even if it looks well: the error said otherwise. (After a value that it could not write, the driver takes
            // statements for prepared that never reached the server.)
            writer.Clear();
            await connection.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => ResetAsync();

    private async Task FindEventsAsync(IReadOnlyList<PendingAppend> appends, HashSet<PendingAppend> committed, CancellationToken cancellationToken)
    {
        var byEvent = appends.Where(append => append.Events.Length > 0).ToDictionary(append => append.Request.Events[0].Id);
        if (byEvent.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            select e.event_id from unnest($1, $2, $3) as i (stream_id, version, event_id)
            join domain_events e on e.stream_id = i.stream_id and e.version = i.version and e.event_id = i.event_id
            """,
            _connection);
        var wanted = byEvent.Values.ToArray();
        command.Parameters.Add(Array(NpgsqlDbType.Uuid, wanted, append => append.Request.Stream.Id));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, wanted, append => append.Request.ExpectedVersion + 1));
        command.Parameters.Add(Array(NpgsqlDbType.Uuid, wanted, append => append.Request.Events[0].Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            committed.Add(byEvent[reader.GetGuid(0)]);
        }
    }

    private async Task FindAnswersAsync(IReadOnlyList<PendingAppend> appends, HashSet<PendingAppend> committed, CancellationToken cancellationToken)
    {
        var wanted = appends.Where(append => append.Events.Length == 0).ToArray();
        if (wanted.Length == 0)
        {
            return;
        }

        // The same request under the same key with the same answer: ours, or as good as ours.
        await using var command = new NpgsqlCommand(
            """
            select i.number from unnest($1, $2, $3, $4) with ordinality as i (org_id, key, request_hash, answer, number)
            join idempotency_key k on k.org_id = i.org_id and k.key = i.key and k.request_hash = i.request_hash and k.answer = i.answer
            """,
            _connection);
        command.Parameters.Add(Array(NpgsqlDbType.Uuid, wanted, append => append.Request.Answer!.OrgId));
        command.Parameters.Add(Array(NpgsqlDbType.Text, wanted, append => append.Request.Answer!.Key));
        command.Parameters.Add(Array(NpgsqlDbType.Text, wanted, append => append.Request.Answer!.RequestHash));
        command.Parameters.Add(Array(NpgsqlDbType.Text, wanted, append => append.Request.Answer!.Json));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            committed.Add(wanted[(int)reader.GetInt64(0) - 1]);
        }
    }

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, PendingAppend[] appends, Converter<PendingAppend, T> value) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = System.Array.ConvertAll(appends, value) };
}
