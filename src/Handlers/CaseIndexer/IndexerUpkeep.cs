using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>Looks for silent senders all the time, and for old receipts now and then.</summary>
internal sealed partial class IndexerUpkeep(
    HeartbeatWatch watch, IntakeSweep sweep, IOptions<IndexerOptions> options, TimeProvider time, ILogger<IndexerUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan _sweepInterval = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.HeartbeatInterval, time);
        var swept = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await watch.LookAsync(stoppingToken);
                    if (time.GetElapsedTime(swept) >= _sweepInterval)
                    {
                        swept = time.GetTimestamp();
                        await sweep.SweepAsync(stoppingToken);
                    }
                }
                catch (Exception error) when (error is StorageUnavailableException || DatabaseFailures.IsDatabaseError(error))
                {
                    LogFailed(error);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    [LoggerMessage(7511, LogLevel.Warning, "Silent integrations could not be looked for; the next round tries again.")]
    private partial void LogFailed(Exception error);
}
