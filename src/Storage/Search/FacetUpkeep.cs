using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search;

/// <summary>Takes changes into <c>case_facet</c> while nobody searches, so that the next search finds few to take in.</summary>
internal sealed partial class FacetUpkeep(PostgresCaseSearch search, TimeProvider time, ILogger<FacetUpkeep> log) : BackgroundService
{
    // Long enough for changes of one case to become one, and short enough that a search does not wait for thousands of them.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(s_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await search.CatchUpAsync(stoppingToken);
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
            {
                LogFailed(log, error.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(8006, LogLevel.Warning, "The table that cases are counted by could not be brought up to date; searches will do it: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
