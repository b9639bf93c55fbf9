using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>Forgets callbacks that ended long ago, and audio of requests that were never acknowledged.</summary>
internal sealed class CallbackSweep(CallbackParts parts, IOptions<CallbackOptions> options, TimeProvider time, ILogger<CallbackSweep> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long after the end of every job that could need it a file is left alone.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    /// <summary>Sweeps what is old now.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        while (await parts.Jobs.ForgetAsync(now - options.Value.KeepFinished, cancellationToken) > 0)
        {
            // In pieces, so that nothing is locked for long.
        }

        await foreach (var file in parts.Files.ListAsync(CallbackDesk.Folder, cancellationToken))
        {
            if (file.ModifiedAt < now - options.Value.GiveUpAfter - options.Value.TranscribeTimeout - Margin)
            {
                await parts.Files.DeleteAsync(file.Name, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!parts.AreThere)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                log.CallbacksNotSwept(error);
            }
        }
    }
}
