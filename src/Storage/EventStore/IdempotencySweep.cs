using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.EventStore;

/// <summary>Deletes answers that are older than the retention time, a bounded piece at a time so that no long transaction holds up the feed.</summary>
internal sealed partial class IdempotencySweep(
    TenantDatabase database, IOptions<StorageOptions> options, TimeProvider time, ILogger<IdempotencySweep> logger) : BackgroundService
{
    private const int Piece = 1000;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.IdempotencySweep, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TrySweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Deletes what is too old now.</summary>
    /// <returns>How many answers.</returns>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var swept = 0;
        while (true)
        {
            await using var command = database.Primary.CreateCommand(
                """
                delete from idempotency_key where ctid = any (array(
                    select ctid from idempotency_key where created_at < $1 order by created_at limit $2 for update skip locked))
                """);
            command.Parameters.Add(Parameters.Of(time.GetUtcNow() - options.Value.IdempotencyRetention));
            command.Parameters.Add(Parameters.Of(Piece));
            var deleted = await command.ExecuteNonQueryAsync(cancellationToken);
            swept += deleted;
            if (deleted < Piece)
            {
                return swept;
            }
        }
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var swept = await SweepAsync(cancellationToken);
            if (swept > 0)
            {
                LogSwept(swept);
            }
        }
        catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
        {
            // The next tick tries again.
            LogFailed(error);
        }
    }

    [LoggerMessage(2030, LogLevel.Information, "Deleted {Answers} answers whose idempotency keys have expired.")]
    private partial void LogSwept(int answers);

    [LoggerMessage(2031, LogLevel.Warning, "Expired idempotency keys could not be deleted; the next sweep tries again.")]
    private partial void LogFailed(Exception error);
}
