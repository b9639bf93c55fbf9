using System.Collections.Concurrent;
using System.Globalization;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>
/// Pairs of cases, the second of each a duplicate of the first, and writers that change them at random and note what was acknowledged.
/// Once in its life the first case of a pair is closed, and the other is to follow. The pairs outlive the process that serves them.
/// </summary>
internal sealed class CaseWork(int seed, int pairs)
{
    private readonly ConcurrentDictionary<string, CaseRecord> _cases = new();
    private readonly List<Pair> _pairs = [];
    private readonly ConcurrentQueue<(int Count, TaskCompletionSource Reached)> _waiters = new();
    private int _acknowledged;
    private int _turns;

    /// <summary>Every case, with what was acknowledged of it.</summary>
    public IReadOnlyDictionary<string, CaseRecord> Cases => _cases;

    /// <summary>The duplicates of cases whose closing was acknowledged.</summary>
    public IReadOnlyList<string> Followers => [.. _pairs.Where(pair => pair.IsClosed).Select(pair => pair.Duplicate)];

    /// <summary>Writes that were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Opens the cases and links them.</summary>
    public async Task OpenAsync(ApiClient api, string project)
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, pairs).Select(async _ =>
        {
            var original = await api.OpenCaseAsync(project, "step 0");
            var duplicate = await api.OpenCaseAsync(project, "step 0");
            await api.LinkDuplicateAsync(duplicate, original);
            return new Pair(original, duplicate);
        }));
        foreach (var pair in opened)
        {
            _pairs.Add(pair);
            (_cases[pair.Original], _cases[pair.Duplicate]) = (new CaseRecord(), new CaseRecord());
        }
    }

    /// <summary>Completes when that many more writes have been acknowledged.</summary>
    public Task MoreAsync(int writes)
    {
        var waiter = (Acknowledged + writes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiters.Enqueue(waiter);
        return waiter.Item2.Task.WaitAsync(TimeSpan.FromMinutes(10));
    }

    /// <summary>Writes until it is stopped, or until connections break and faults are not to be outlived.</summary>
    /// <param name="api">The client they share.</param>
    /// <param name="writers">How many; each has pairs of its own.</param>
    /// <param name="outlivesFaults">True: a writer goes on after a refusal or a broken connection.</param>
    /// <param name="stop">Ends them.</param>
    public Task WriteAsync(ApiClient api, int writers, bool outlivesFaults, CancellationToken stop)
    {
        var turn = Interlocked.Increment(ref _turns);
        return Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(HashCode.Combine(seed, turn, writer));
            var own = _pairs.Where((_, index) => index % writers == writer).ToArray();
            while (!stop.IsCancellationRequested)
            {
                var fine = await TryAsync(api, own[random.Next(own.Length)], random);
                if (!fine && !outlivesFaults)
                {
                    return;
                }

                if (!fine)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        })));
    }

    /// <summary>Closes the first case of every pair.</summary>
    public Task CloseAllAsync(ApiClient api) => Parallel.ForEachAsync(_pairs, async (pair, _) => (await CloseAsync(api, pair)).ShouldBeTrue());

    private async Task<bool> TryAsync(ApiClient api, Pair pair, Random random)
    {
        try
        {
            pair.Turns++;
            if (!pair.IsClosed && random.Next(60) == 0)
            {
                return await CloseAsync(api, pair);
            }

            var id = random.Next(2) == 0 ? pair.Original : pair.Duplicate;
            return random.Next(20) switch
            {
                < 7 => await RetitleAsync(api, id),
                < 12 => await CommentAsync(api, id, random),
                < 15 => Accept(await api.UpdateAsync(id, "priority", new { priority = string.Create(CultureInfo.InvariantCulture, $"P{1 + (pair.Turns % 5)}") })),
                _ => Accept(await api.UpdateAsync(id, "attributes", new
                {
                    attributes = new Dictionary<string, string[]>
                    {
                        ["team"] = [string.Create(CultureInfo.InvariantCulture, $"team-{random.Next(5)}")],
                        ["round"] = [string.Create(CultureInfo.InvariantCulture, $"round-{pair.Turns % 50}"), "always"],
                    },
                })),
            };
        }
        catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> RetitleAsync(ApiClient api, string id)
    {
        var record = _cases[id];
        var step = ++record.AttemptedStep;
        if (!Accept(await api.UpdateAsync(id, "title", new { title = string.Create(CultureInfo.InvariantCulture, $"step {step}") })))
        {
            return false;
        }

        record.AcknowledgedStep = step;
        return true;
    }

    private async Task<bool> CommentAsync(ApiClient api, string id, Random random)
    {
        var comment = random.Next();
        if (!Accept(await api.UpdateAsync(id, "comment", new { comment = string.Create(CultureInfo.InvariantCulture, $"comment {comment}") })))
        {
            return false;
        }

        _cases[id].AcknowledgedComments.Add(comment);
        return true;
    }

    private async Task<bool> CloseAsync(ApiClient api, Pair pair)
    {
        if (!pair.IsClosed)
        {
            pair.IsClosed = Accept(await api.UpdateAsync(pair.Original, "status", new { status = "CLOSED" }));
        }

        return pair.IsClosed;
    }

    private bool Accept(Answer answer)
    {
        if (!answer.Ok)
        {
            // Anything else than "come back later" is a fault of the host's, or of this class.
            answer.Status.ShouldBe(System.Net.HttpStatusCode.ServiceUnavailable, answer.Text);
            return false;
        }

        var count = Interlocked.Increment(ref _acknowledged);
        foreach (var (wanted, reached) in _waiters)
        {
            if (count >= wanted)
            {
                reached.TrySetResult();
            }
        }

        return true;
    }

    private sealed class Pair(string original, string duplicate)
    {
        public string Original { get; } = original;

        public string Duplicate { get; } = duplicate;

        public bool IsClosed { get; set; }

        public int Turns { get; set; }
    }
}
