using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Speech;

namespace Switchboard.Grains.Speech.Sessions;

/// <summary>
/// Settles sessions whose process died, and those whose last rows could not be written to the ledger. Any process may do it, also several
/// at once: the rows decide.
/// </summary>
internal sealed partial class SessionSweep(ISessionStore store, IGrainFactory grains, TimeProvider time, ILogger<SessionSweep> log)
    : BackgroundService
{
    private const int MostAtOnce = 200;

    /// <summary>The pause between two looks.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>How long a process may be silent about a session. Longer than any session is not reported and waits for its client.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Settles what is due.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var silentSince = time.GetUtcNow() - Patience;
        foreach (var (orgId, id) in await store.UnsettledAsync(silentSince, MostAtOnce, cancellationToken))
        {
            var settled = await grains.GetGrain<ITranscriptionSessionGrain>(GrainKeys.Of(orgId, id)).SettleAsync(silentSince, cancellationToken);
            if (settled.Value is { State: SessionState.Ended } session)
            {
                LogSettled(log, id, session.AcceptedMilliseconds / 1000d);
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
                LogFailed(log, error);
            }
        }
    }

    [LoggerMessage(9220, LogLevel.Warning, "Session {Session}, whose process is gone, was ended and metered: {Seconds} s of audio.")]
    private static partial void LogSettled(ILogger log, Guid session, double seconds);

    [LoggerMessage(9221, LogLevel.Error, "Sessions could not be settled; the next round tries again.")]
    private static partial void LogFailed(ILogger log, Exception error);
}
