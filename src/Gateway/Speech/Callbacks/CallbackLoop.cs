using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>Looks for callbacks that are due while the process runs.</summary>
internal sealed class CallbackLoop(
    CallbackParts parts, CallbackRunner runner, IOptions<CallbackOptions> options, TimeProvider time, ILogger<CallbackLoop> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!parts.AreThere)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        try
        {
            do
            {
                try
                {
                    if (options.Value.Concurrency - runner.Running is > 0 and var room)
                    {
                        await runner.BeginDueAsync(room, stoppingToken);
                    }
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    log.CallbacksNotClaimed(error);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }

        await runner.StopAsync();
    }
}
