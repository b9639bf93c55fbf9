using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchboard.Grains.Cases;

namespace Switchboard.Grains.Speech.Calls;

/// <summary>
/// Ends calls whose session is over while its process could not end them, because it died or the database was away. Any process may do it,
/// also several at once.
/// </summary>
internal sealed partial class CallSweep(ICaseCalls calls, CallRecorder recorder, TimeProvider time, ILogger<CallSweep> log) : BackgroundService
{
    private const int MostAtOnce = 100;

    /// <summary>How long after the last line the session's own process is left to do it.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Ends what is due.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var (orgId, id) in await calls.UnfinishedAsync(time.GetUtcNow() - Patience, MostAtOnce, cancellationToken))
        {
            try
            {
                if (await recorder.FinishAsync(orgId, id, null, cancellationToken) is { EndedAt: not null })
                {
                    LogEnded(log, id);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The others are not held up by one.
                LogFailed(log, id, error);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogSweepFailed(log, error);
            }
        }
    }

    [LoggerMessage(9600, LogLevel.Information, "Call {Call}, whose session is over, was ended with its record.")]
    private static partial void LogEnded(ILogger log, Guid call);

    [LoggerMessage(9601, LogLevel.Error, "Call {Call} could not be ended; the next round tries again.")]
    private static partial void LogFailed(ILogger log, Guid call, Exception error);

    [LoggerMessage(9602, LogLevel.Error, "Calls could not be looked for that have to be ended; the next round tries again.")]
    private static partial void LogSweepFailed(ILogger log, Exception error);
}
