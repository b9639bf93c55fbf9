using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Handlers.Rebuilding;
using Switchboard.Storage.Databases;
using Switchboard.Storage.DeadLetters;

namespace Switchboard.Handlers.Replays;

/// <summary>Looks for what operators have asked of the flavors that this process serves: when a hint comes, and every few seconds anyway.</summary>
internal sealed partial class RequestWatcher(
    TenantDatabases databases,
    IEnumerable<ServedFlavor> flavors,
    Replayer replayer,
    Rebuilder rebuilder,
    IOptions<HandlerOptions> options,
    TimeProvider time,
    ILogger<RequestWatcher> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(databases.All.Select(database => Task.Run(() => WatchAsync(database, stoppingToken), stoppingToken)));

    /// <summary>Does what is asked for now.</summary>
    internal async Task LookAsync(TenantDatabase database, CancellationToken cancellationToken)
    {
        var asked = await new RowReader(database.Tenant, database.Primary).ListAsync(
            "select distinct flavor from dead_letter where status = 'replay_requested'", [], static row => row.GetString(0), cancellationToken);
        foreach (var flavor in flavors.Where(flavor => asked.Contains(flavor.Pipe.Flavor.Name)))
        {
            try
            {
                await replayer.ReplayAsync(database, flavor.Pipe, cancellationToken);
            }
            catch (DependencyUnavailableException error)
            {
                // It stays asked for.
                LogAway(flavor.Pipe.Flavor.Name, error);
            }
        }
    }

    /// <summary>Carries out the rebuilds that are asked for now.</summary>
    internal async Task RebuildAsync(TenantDatabase database, CancellationToken cancellationToken)
    {
        var asked = await new RowReader(database.Tenant, database.Primary).ListAsync(
            "select flavor from handler_rebuild where status in ('requested', 'running')", [], static row => row.GetString(0), cancellationToken);
        foreach (var flavor in flavors.Where(flavor => asked.Contains(flavor.Pipe.Flavor.Name)))
        {
            await rebuilder.RebuildAsync(database, flavor.Pipe, cancellationToken);
        }
    }

    private async Task TryRebuildAsync(TenantDatabase database, CancellationToken stopping)
    {
        try
        {
            await RebuildAsync(database, stopping);
        }
        catch (Exception error) when (error is StorageUnavailableException || DatabaseFailures.IsDatabaseError(error))
        {
            // The job's row says how far it is; a later look goes on.
            LogLost(database.Tenant, error);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Likewise the next process.
        }
    }

    private async Task WatchAsync(TenantDatabase database, CancellationToken stopping)
    {
        NpgsqlConnection? ear = null;
        var rebuilding = Task.CompletedTask;
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    ear ??= await ListenAsync(database, stopping);
                    if (rebuilding.IsCompleted)
                    {
                        // Replays need not wait for the end of a long one.
                        rebuilding = TryRebuildAsync(database, stopping);
                    }

                    await LookAsync(database, stopping);
                    await ear.WaitAsync(options.Value.RequestPoll, stopping);
                }
                catch (Exception error) when (error is StorageUnavailableException || DatabaseFailures.IsDatabaseError(error))
                {
                    LogLost(database.Tenant, error);
                    if (ear is not null)
                    {
                        await ear.DisposeAsync();
                        ear = null;
                    }

                    await Task.Delay(options.Value.RequestPoll, time, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            await rebuilding;
            if (ear is not null)
            {
                await ear.DisposeAsync();
            }
        }
    }

    private static async Task<NpgsqlConnection> ListenAsync(TenantDatabase database, CancellationToken cancellationToken)
    {
        var connection = await database.Primary.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand($"listen {DeadLetterSql.Channel}", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    [LoggerMessage(7030, LogLevel.Warning, "Tenant {Tenant}: requests to handlers cannot be read now; trying again.")]
    private partial void LogLost(string tenant, Exception error);

    [LoggerMessage(7031, LogLevel.Warning, "Flavor {Flavor}: its replay waits for what it depends on.")]
    private partial void LogAway(string flavor, Exception error);
}
