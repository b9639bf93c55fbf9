using Npgsql;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>
/// Keeps a statement that writes positions in the server, before it has looked at a row, as a slow network would; and tells which rows it
/// still changed when it was let go. Nothing is handled meanwhile, so that nobody else's position is further on by then.
/// </summary>
internal sealed class LatePosition : IAsyncDisposable
{
    /// <summary>The first statement that finds the second lock taken waits for it; the first lock lets those of others pass.</summary>
    private const string Trap =
        """
        create table late_position (queue text);
        create function hold_position() returns trigger language plpgsql as $$
        begin
            if current_query() like '%set log_epoch%' and pg_try_advisory_xact_lock(1) and not pg_try_advisory_xact_lock_shared(2) then
                perform set_config('test.held', 'yes', true);
                perform pg_advisory_xact_lock_shared(2);
            end if;
            return null;
        end $$;
        create function note_position() returns trigger language plpgsql as $$
        begin
            if current_setting('test.held', true) = 'yes' then
                insert into late_position values (format('%s/%s under epoch %s', old.consumer, old.partition, old.epoch));
            end if;
            return new;
        end $$;
        create trigger hold_position before update on stream_queue for each statement execute function hold_position();
        create trigger note_position before update on stream_queue for each row execute function note_position();
        """;

    private const string Waiting = "select pid from pg_locks where locktype = 'advisory' and objid = 2 and not granted";

    private readonly DataRoot _data;
    private readonly NpgsqlConnection _connection;

    private LatePosition(DataRoot data, NpgsqlConnection connection) => (_data, _connection) = (data, connection);

    /// <summary>Lays the trap.</summary>
    public static async Task<LatePosition> PrepareAsync(DataRoot data)
    {
        var connection = new NpgsqlConnection(data.Server.ConnectionString("switchboard_case_management") + ";Pooling=false");
        await connection.OpenAsync();
        var late = new LatePosition(data, connection);
        await late.RunAsync(Trap);
        return late;
    }

    /// <summary>Returns when a statement is held, and nothing is handled any more.</summary>
    public async Task HoldAsync()
    {
        await RunAsync("select pg_advisory_lock(2)");
        await UntilAsync(waiting: true);
        await RunAsync("begin; lock table handler_mark in share mode");
    }

    /// <summary>Lets the statement go, and everything else; the rows that it has changed.</summary>
    public async Task<List<string>> ArriveAsync()
    {
        await RunAsync("select pg_advisory_unlock(2)");
        await UntilAsync(waiting: false);
        await RunAsync("commit");
        return await _data.QueryAsync("select queue from late_position", row => row.GetString(0));
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task UntilAsync(bool waiting)
    {
        var started = TimeProvider.System.GetTimestamp();
        while ((await _data.QueryAsync(Waiting, row => row.GetInt32(0))).Count > 0 != waiting)
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}
