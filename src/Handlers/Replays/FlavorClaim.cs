using Npgsql;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Replays;

/// <summary>
/// The right of one process to do something for a flavor, held as long as its connection: who dies gives it up. It only saves work and
/// keeps an order; what must not happen twice is decided by rows.
/// </summary>
internal sealed class FlavorClaim : IAsyncDisposable
{
    /// <summary>Replaying dead letters.</summary>
    public const int Replays = 0x5342_4832;

    /// <summary>Filling tables anew.</summary>
    public const int Rebuilds = 0x5342_4833;

    private readonly NpgsqlConnection _connection;

    private FlavorClaim(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes it; null when another process has it.</summary>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database is away.</exception>
    public static async Task<FlavorClaim?> TryTakeAsync(TenantDatabase database, int kind, short flavor, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await database.Primary.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1, $2)", connection);
            command.Parameters.Add(Parameters.Of(kind));
            command.Parameters.Add(Parameters.Of((int)flavor));
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                var claim = new FlavorClaim(connection);
                connection = null;
                return claim;
            }

            return null;
        }
        catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
        {
            throw DatabaseFailures.Unavailable(database.Tenant, "a flavor could not be claimed", error);
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", _connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception error) when (DatabaseFailures.IsDatabaseError(error) || error is InvalidOperationException)
        {
            // The connection is gone, and the claim with it.
        }

        await _connection.DisposeAsync();
    }
}
