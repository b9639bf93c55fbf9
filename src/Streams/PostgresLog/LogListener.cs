using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Feed;

namespace Switchboard.Streams.PostgresLog;

/// <summary>Listens on a connection of its own for other processes' appends. A lost connection is made again; the log is read meanwhile by looking.</summary>
internal sealed partial class LogListener : IAsyncDisposable
{
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);

    private readonly TenantDatabase _database;
    private readonly Action _wake;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public LogListener(TenantDatabase database, Action wake, TimeProvider time, ILogger logger)
    {
        (_database, _wake, _time, _logger) = (database, wake, time, logger);
        _running = Task.Run(() => RunAsync(_stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var pause = _shortestPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _database.Primary.OpenConnectionAsync(stopping);
                connection.Notification += (_, _) => _wake();
                await using (var command = new NpgsqlCommand($"listen {LogNotifier.Channel}", connection))
                {
                    await command.ExecuteNonQueryAsync(stopping);
                }

                // What came while nobody listened.
                _wake();
                pause = _shortestPause;
                while (true)
                {
                    await connection.WaitAsync(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error) || error is OperationCanceledException)
            {
                LogFailed(_database.Tenant, error);
                await Task.Delay(pause, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
            }
        }
    }

    [LoggerMessage(6011, LogLevel.Debug, "{Tenant}: no notifications of new events come now; the log is looked at instead")]
    private partial void LogFailed(string tenant, Exception error);
}
