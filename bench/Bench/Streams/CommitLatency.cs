using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Switchboard.Grains.EventStore;
using Switchboard.Testing;

namespace Switchboard.Bench.Streams;

/// <summary>How soon an event comes to a handler after its commit, while cases are updated at a steady rate.</summary>
internal static class CommitLatency
{
    /// <summary>Updates a second.</summary>
    public const int Rate = 500;

    private static readonly TimeSpan _run = TimeSpan.FromSeconds(10);

    /// <summary>Updates cases for ten seconds.</summary>
    /// <returns>Milliseconds between commit and handler, in ascending order.</returns>
    public static async Task<double[]> MeasureAsync(IEventStore store, Counter counter, CancellationToken cancellationToken)
    {
        var committed = new ConcurrentDictionary<Guid, long>();
        var came = new ConcurrentDictionary<Guid, long>();
        var project = Samples.Project(Guid.CreateVersion7());
        await store.AppendAsync(Samples.Create(project), cancellationToken);
        var cases = Enumerable.Range(1, 200).Select(number => Samples.Case(project, number)).ToArray();

        // What is timed begins when the whole way has been gone once: connections, leases and producers are there by then.
        var opened = counter.MoreAsync(cases.Length);
        foreach (var one in cases)
        {
            await store.AppendAsync(Samples.Open(one), cancellationToken);
        }

        await opened.WaitAsync(cancellationToken);
        var total = (int)(Rate * _run.TotalSeconds);
        counter.Came = (record, at) => came.TryAdd(record.EventId, at);
        List<Task> appends = [];
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        while (appends.Count < total && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * Rate));
            while (appends.Count < due)
            {
                var index = appends.Count % cases.Length;
                appends.Add(AppendAsync(index, appends.Count >= cases.Length ? appends[appends.Count - cases.Length] : Task.CompletedTask));
            }
        }

        await Task.WhenAll(appends);
        while (came.Count(pair => committed.ContainsKey(pair.Key)) < committed.Count)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return [.. committed.Select(pair => Math.Max(0, Stopwatch.GetElapsedTime(pair.Value, came[pair.Key]).TotalMilliseconds)).Order()];

        async Task AppendAsync(int index, Task before)
        {
            await before;
            var request = Samples.SetTitle(cases[index], string.Create(CultureInfo.InvariantCulture, $"Title {cases[index].Version}"));
            cases[index] = Samples.CaseOf(request);
            var result = await store.AppendAsync(request, cancellationToken);
            if (result.Status != AppendStatus.Appended)
            {
                throw new InvalidOperationException($"An update of the bench was not appended: {result.Status}.");
            }

            committed[request.Events[0].Id] = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The value that a part of all lie below.</summary>
    public static double Percentile(double[] ordered, double part) => ordered[(int)Math.Min(ordered.Length - 1, ordered.Length * part)];
}
