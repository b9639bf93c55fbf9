using System.Diagnostics;
using Orleans;
using Switchboard.Handlers;

namespace Switchboard.Bench.Streams;

/// <summary>How fast the other flavors drain a log while one takes 100 ms for an event, against how fast they do while it takes none.</summary>
internal static class SlowFlavorBench
{
    private const int Cases = 128;
    private const int Callers = 64;
    private const int Turns = 3;

    // One of the nine makes place for the slowed one.
    private const string Others = "timeline,analytic,attributes-indexer,search-indexer-es-v8,evp-indexer,audit,webhook,nexus";
    private static readonly TimeSpan _fill = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _slow = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await HandlerSite.StartAsync(
            Cases, Callers, $"{Others},{SlowedHandler.Name}", static catalog => catalog.Add<SlowedHandler>(SlowedHandler.Definition), cancellationToken);
        await DrainAsync(site, TimeSpan.Zero, cancellationToken);
        List<double> usual = [];
        List<double> slowed = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            usual.Add(await DrainAsync(site, TimeSpan.Zero, cancellationToken));
            slowed.Add(await DrainAsync(site, _slow, cancellationToken));
        }

        var (before, after) = (usual.Order().ElementAt(Turns / 2), slowed.Order().ElementAt(Turns / 2));
        return
        [
            new Figure("eight flavors beside a ninth, draining the log", before, "events/s", null, null),
            new Figure($"the same while the ninth takes {_slow.TotalMilliseconds} ms an event", after, "events/s", null, null),
            new Figure("one flavor slowed: loss of throughput of the others", Math.Max(0, 1 - (after / before)) * 100, "%", null, 5),
        ];
    }

    /// <summary>Events a second for all of the other flavors together.</summary>
    private static async Task<double> DrainAsync(HandlerSite site, TimeSpan pause, CancellationToken cancellationToken)
    {
        await site.CaughtUpAsync(except: null, cancellationToken);
        await site.PauseAsync(cancellationToken);
        var before = await site.EventsAsync();
        await site.Updates.RunAsync(_fill, cancellationToken);
        var events = await site.EventsAsync() - before;
        SlowedHandler.Pause = pause;
        var first = site.Handled.NextAsync();
        await site.ResumeAsync();
        var started = await first.WaitAsync(cancellationToken);
        await site.CaughtUpAsync(SlowedHandler.Name, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        SlowedHandler.Pause = TimeSpan.Zero;
        return events * Others.Split(',').Length / seconds;
    }
}

/// <summary>A flavor that takes as long as it is told to.</summary>
internal sealed class SlowedHandler : OutsideHandler
{
    public const string Name = "bench-slowed";

    public static Flavor Definition { get; } = new(Name);

    public static TimeSpan Pause { get; set; }

    public override Flavor Flavor => Definition;

    public override async ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken)
    {
        if (Pause > TimeSpan.Zero)
        {
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}

/// <summary>Takes a case's events for the slowed flavor.</summary>
[ImplicitStreamSubscription(SlowedHandler.Name)]
internal sealed class SlowedGrain(HandlerHost<SlowedHandler> host) : HandlerGrain<SlowedHandler>(host);
