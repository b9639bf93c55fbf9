using System.Diagnostics;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Testing;

namespace Switchboard.Bench.Store;

/// <summary>Callers that change the priority of cases of their own, each update an event, the case's row and a timeline cell.</summary>
internal sealed class CaseUpdates(IEventStore store, CaseSnapshot[][] cases)
{
    /// <summary>Opens the cases.</summary>
    public static async Task<CaseUpdates> PrepareAsync(IEventStore store, int count, int callers, CancellationToken cancellationToken)
    {
        var project = Samples.Project(Guid.CreateVersion7());
        await ExpectAsync(store, Samples.Create(project), cancellationToken);
        var all = Enumerable.Range(1, count).Select(number => Samples.Case(project, number)).ToArray();
        var mine = Enumerable.Range(0, callers).Select(caller => all.Where((_, index) => index % callers == caller).ToArray()).ToArray();
        await Task.WhenAll(mine.Select(async part =>
        {
            foreach (var one in part)
            {
                await ExpectAsync(store, Samples.Open(one), cancellationToken);
            }
        }));
        return new CaseUpdates(store, mine);
    }

    /// <summary>Updates a second.</summary>
    public async Task<double> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(cases.Select(part => Task.Run(() => WorkAsync(part, started, duration, cancellationToken))));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private async Task<int> WorkAsync(CaseSnapshot[] part, long started, TimeSpan duration, CancellationToken cancellationToken)
    {
        var done = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var one = part[done % part.Length];
            var next = one.Priority == CasePriority.P2 ? CasePriority.P3 : CasePriority.P2;
            part[done % part.Length] = await UpdateAsync(one, next, cancellationToken);
            done++;
        }

        return done;
    }

    private async Task<CaseSnapshot> UpdateAsync(CaseSnapshot one, CasePriority priority, CancellationToken cancellationToken)
    {
        var update = Samples.SetPriority(one, priority);
        await ExpectAsync(store, update, cancellationToken);
        return Samples.CaseOf(update);
    }

    private static async Task ExpectAsync(IEventStore store, AppendRequest request, CancellationToken cancellationToken)
    {
        var result = await store.AppendAsync(request, cancellationToken);
        if (result.Status != AppendStatus.Appended)
        {
            throw new InvalidOperationException($"An append to {request.Stream} came to {result.Status}.");
        }
    }
}
