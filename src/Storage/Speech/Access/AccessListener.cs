using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Grains.Speech.Access;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Access;

/// <summary>
/// Passes on what the database notifies of changed keys and limits. The notification is sent by the transaction of the change itself:
/// such changes are rare, so the lock that all commits with a notification share is not fought for.
/// </summary>
internal sealed partial class AccessListener(TenantDatabase database, AccessSignal signal, TimeProvider time, ILogger<AccessListener> logger)
    : BackgroundService
{
    private const string Channel = "switchboard_access";

    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = _shortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.Primary.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, _) => signal.Raise();
                await using (var command = new NpgsqlCommand($"listen {Channel}", connection))
                {
                    await command.ExecuteNonQueryAsync(stoppingToken);
                }

                // What came while nobody listened.
                signal.Raise();
                pause = _shortestPause;
                while (true)
                {
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error) || error is OperationCanceledException)
            {
                LogFailed(error);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
            }
        }
    }

    [LoggerMessage(9500, LogLevel.Debug, "No notifications of changed keys come now; they are looked for instead")]
    private partial void LogFailed(Exception error);
}
