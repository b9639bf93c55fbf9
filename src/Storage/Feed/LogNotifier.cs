using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Feed;

/// <summary>
/// Tells other processes that the log has grown: an empty NOTIFY, never inside an append's transaction (it would take a lock that all
/// commits with a NOTIFY share), on a connection of its own, and at most one in <see cref="Pause"/> however many commits there are.
/// </summary>
internal sealed partial class LogNotifier(TenantDatabases databases, TimeProvider time, ILogger<LogNotifier> logger) : BackgroundService
{
    /// <summary>The channel.</summary>
    public const string Channel = "switchboard_log";

    /// <summary>The shortest time between two notifications.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(databases.All.Select(database => RunAsync(database, stoppingToken)));

    private async Task RunAsync(TenantDatabase database, CancellationToken stopping)
    {
        using var wake = new SemaphoreSlim(0, 1);
        using var subscription = database.Committed.Subscribe(() => Wake(wake));
        var pause = Pause;
        NpgsqlConnection? connection = null;
        try
        {
            while (true)
            {
                await wake.WaitAsync(stopping);
                try
                {
                    // From the pool whose commits do not wait for the disk: a hint need not survive a crash.
                    connection ??= await database.Numbers.OpenConnectionAsync(stopping);
                    await using var command = new NpgsqlCommand($"notify {Channel}", connection);
                    await command.ExecuteNonQueryAsync(stopping);
                    pause = Pause;
                }
                catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
                {
                    LogFailed(database.Tenant, error);
                    await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
                    connection = null;
                    pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
                }

                await Task.Delay(pause, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static void Wake(SemaphoreSlim wake)
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // One that waits is enough.
        }
    }

    [LoggerMessage(2040, LogLevel.Debug, "Tenant {Tenant}: other processes could not be told of new events; they see them when they look.")]
    private partial void LogFailed(string tenant, Exception error);
}
