using System.Diagnostics;

namespace Switchboard.Bench.Streams;

/// <summary>All nine flavors in one process with the cases that are changed: a minute of steady load, and how long the handlers need after it.</summary>
internal static class FlavorsBench
{
    private const int Rate = 2_500;
    private const int Cases = 5_000;
    private const int Callers = 64;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _run = TimeSpan.FromSeconds(60);

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await HandlerSite.StartAsync(Cases, Callers, flavors: null, register: null, cancellationToken);
        await site.Updates.RunPacedAsync(Rate, _warmUp, cancellationToken);
        await site.CaughtUpAsync(except: null, cancellationToken);

        var started = Stopwatch.GetTimestamp();
        await site.Updates.RunPacedAsync(Rate, _run, cancellationToken);
        var rate = Rate * _run.TotalSeconds / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var ended = Stopwatch.GetTimestamp();
        await site.CaughtUpAsync(except: null, cancellationToken);
        var lag = Stopwatch.GetElapsedTime(ended).TotalSeconds;

        var load = $"all nine flavors under {Rate:N0} case updates/s for {_run.TotalSeconds} s";
        return
        [
            new Figure($"{load}: updates made", rate, "updates/s", Rate * 0.99, null),
            new Figure($"{load}: lag back to 0 within", lag, "s", null, 5),
        ];
    }
}
