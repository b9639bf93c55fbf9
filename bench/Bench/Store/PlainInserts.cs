using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Switchboard.Bench.Store;

/// <summary>The yardstick: each connection inserts one event row a transaction, prepared, with the payload of a real event.</summary>
internal sealed class PlainInserts : IAsyncDisposable
{
    private const string Insert =
        """
        insert into domain_events
            (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
        values ($1, 'plain', $2, 1, $3, 'case.priority_changed', 1, $4, $5, $6, $6)
        """;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection[] _connections;

    private PlainInserts(NpgsqlDataSource source, NpgsqlConnection[] connections)
    {
        (_source, _connections) = (source, connections);
    }

    /// <summary>Opens the connections.</summary>
    public static async Task<PlainInserts> PrepareAsync(string connectionString, int connections, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = connections };
        var source = NpgsqlDataSource.Create(settings);
        var opened = new NpgsqlConnection[connections];
        for (var index = 0; index < connections; index++)
        {
            opened[index] = await source.OpenConnectionAsync(cancellationToken);
        }

        return new PlainInserts(source, opened);
    }

    /// <summary>Commits a second.</summary>
    public async Task<double> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(_connections.Select(connection => Task.Run(() => WorkAsync(connection, started, duration, cancellationToken))));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    private static async Task<int> WorkAsync(NpgsqlConnection connection, long started, TimeSpan duration, CancellationToken cancellationToken)
    {
        var payload = """{"from":"P2","to":"P3"}"""u8.ToArray();
        var metadata = """{"actor":{"kind":"User","id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f40"},"correlation_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41","trace_parent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}"""u8.ToArray();
        await using var command = new NpgsqlCommand(Insert, connection);
        var org = new NpgsqlParameter<Guid>(null!, NpgsqlDbType.Uuid) { TypedValue = Guid.CreateVersion7() };
        var stream = new NpgsqlParameter<Guid>(null!, NpgsqlDbType.Uuid);
        var id = new NpgsqlParameter<Guid>(null!, NpgsqlDbType.Uuid);
        foreach (var parameter in (NpgsqlParameter[])
        [
            org, stream, id,
            new NpgsqlParameter<byte[]>(null!, NpgsqlDbType.Jsonb) { TypedValue = payload },
            new NpgsqlParameter<byte[]>(null!, NpgsqlDbType.Jsonb) { TypedValue = metadata },
            new NpgsqlParameter<DateTime>(null!, NpgsqlDbType.TimestampTz) { TypedValue = TimeProvider.System.GetUtcNow().UtcDateTime },
        ])
        {
            command.Parameters.Add(parameter);
        }

        await command.PrepareAsync(cancellationToken);
        var done = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            stream.TypedValue = Guid.NewGuid();
            id.TypedValue = Guid.CreateVersion7();
            await command.ExecuteNonQueryAsync(cancellationToken);
            done++;
        }

        return done;
    }
}
