using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchboard.Grains.EventStore;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// Looks after the index: makes it when it is missing or holds documents of an older form, and catches it up with what it missed while
/// the cluster was away. Any number of processes may run it.
/// </summary>
internal sealed partial class SearchIndexGuard(
    SearchRebuild rebuild, IndexAdministration indices, TimeProvider time, ILogger<SearchIndexGuard> log) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var current = await indices.CurrentAsync(cancellationToken);
        if (current.IsEmpty || !await indices.HasThisSchemaAsync(cancellationToken))
        {
            LogMaking(log, indices.Alias, current.IsEmpty ? "there is none" : "its documents are of another release");
            if (await rebuild.RebuildAsync(null, cancellationToken) is { } made)
            {
                LogMade(log, indices.Alias, made);
            }
        }
        else if (await rebuild.PayDebtsAsync(cancellationToken) is { } caughtUp)
        {
            LogCaughtUp(log, indices.Alias, caughtUp);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is ElasticsearchException or StorageUnavailableException)
            {
                LogAway(log, indices.Alias, error.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(s_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(8002, LogLevel.Warning, "The search index {Index} is made from the cases' rows, because {Reason}.")]
    private static partial void LogMaking(ILogger log, string index, string reason);

    [LoggerMessage(8003, LogLevel.Information, "The search index {Index} is whole, with {Count} cases.")]
    private static partial void LogMade(ILogger log, string index, long count);

    [LoggerMessage(8004, LogLevel.Information, "The search index {Index} has caught up with {Count} changes that it missed.")]
    private static partial void LogCaughtUp(ILogger log, string index, long count);

    [LoggerMessage(8005, LogLevel.Warning, "The search index {Index} cannot be looked after now: {Reason}")]
    private static partial void LogAway(ILogger log, string index, string reason);
}
