using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Webhooks;

/// <summary>Takes old deliveries out of the log, and gives up what fell due for a webhook that is switched off.</summary>
internal sealed partial class WebhookSweep(
    TenantDatabase database, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookSweep> logger) : BackgroundService
{
    private const int Piece = 1000;

    private const string Delete =
        """
        delete from webhook_delivery where id = any (array(
            select id from webhook_delivery where state <> 0 and finished_at < $1 order by finished_at limit $2 for update skip locked))
        """;

    private const string GiveUp =
        """
        update webhook_delivery set state = 2, last_error = 'the webhook was switched off until it was too late', finished_at = $1
        where id = any (array(
            select d.id from webhook_delivery d join webhook_endpoint w on w.id = d.endpoint_id
            where not w.enabled and d.state = 0 and d.expires_at < $1 and (d.claimed_until is null or d.claimed_until < $1)
            limit $2 for update of d skip locked))
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
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

    /// <summary>Sweeps what is old now.</summary>
    /// <returns>How many deliveries were deleted and how many given up.</returns>
    internal async Task<(int Deleted, int GivenUp)> SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return (
            await RunAsync(Delete, now - options.Value.KeepDeliveries, cancellationToken),
            await RunAsync(GiveUp, now, cancellationToken));
    }

    private async Task<int> RunAsync(string statement, DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (var all = 0; ;)
        {
            await using var command = database.Primary.CreateCommand(statement);
            command.Parameters.Add(Parameters.Of(before));
            command.Parameters.Add(Parameters.Of(Piece));
            var done = await command.ExecuteNonQueryAsync(cancellationToken);
            all += done;
            if (done < Piece)
            {
                return all;
            }
        }
    }

    [LoggerMessage(7404, LogLevel.Warning, "Old webhook deliveries could not be swept; the next sweep tries again.")]
    private partial void LogFailed(Exception error);
}
