using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Switchboard.EndToEnd.Instances;

/// <summary>
/// Writers that open and change cases as fast as they are answered, and note what was acknowledged. Each writer owns its
/// cases, so the last acknowledged value of a field is known.
/// </summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, CaseRecord> _cases = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _writers = [];
    private readonly ConcurrentQueue<(int Count, TaskCompletionSource Reached)> _waiters = new();
    private int _acknowledged;

    /// <summary>Every case that was acknowledged, with what was acknowledged of it.</summary>
    public IReadOnlyDictionary<string, CaseRecord> Cases => _cases;

    /// <summary>Answers that were no success, and faults of the connection.</summary>
    public ConcurrentQueue<Answer> Refusals { get; } = new();

    /// <summary>Connections that broke.</summary>
    public ConcurrentQueue<Exception> Broken { get; } = new();

    /// <summary>Writes that were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Starts the writers.</summary>
    /// <param name="api">The client they share.</param>
    /// <param name="projectId">The project for their cases.</param>
    /// <param name="writers">How many.</param>
    /// <param name="goOnAfterFault">False: a writer ends at its first broken connection. True: it goes on.</param>
    public static WriteLoad Start(ApiClient api, string projectId, int writers, bool goOnAfterFault)
    {
        var load = new WriteLoad();
        for (var i = 0; i < writers; i++)
        {
            var writer = i;
            load._writers.Add(Task.Run(() => load.WriteAsync(api, projectId, writer, goOnAfterFault)));
        }

        return load;
    }

    /// <summary>Completes when that many more writes have been acknowledged.</summary>
    public Task MoreAsync(int writes)
    {
        var waiter = (Acknowledged + writes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiters.Enqueue(waiter);
        return waiter.Item2.Task.WaitAsync(TimeSpan.FromSeconds(120));
    }

    /// <summary>Lets running requests end and starts no more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(ApiClient api, string projectId, int writer, bool goOnAfterFault)
    {
        for (var turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            try
            {
                var created = await api.CreateCaseAsync(projectId, string.Create(CultureInfo.InvariantCulture, $"w{writer} c{turn}"));
                if (!Accept(created))
                {
                    await BackOffAsync();
                    continue;
                }

                var id = JsonNode.Parse(created.Text)!["data"]!["id"]!.GetValue<string>();
                var record = _cases[id] = new CaseRecord();
                for (var step = 1; step <= 5 && !_stop.IsCancellationRequested; step++)
                {
                    record.AttemptedStep = step;
                    if (Accept(await api.UpdateAsync(id, "title", new { title = string.Create(CultureInfo.InvariantCulture, $"step {step}") })))
                    {
                        record.AcknowledgedStep = step;
                    }

                    if (Accept(await api.UpdateAsync(id, "comment", new { comment = string.Create(CultureInfo.InvariantCulture, $"comment {step}") })))
                    {
                        record.AcknowledgedComments.Add(step);
                    }
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException)
            {
                Broken.Enqueue(broken);
                if (!goOnAfterFault)
                {
                    return;
                }

                await BackOffAsync();
            }
        }
    }

    private bool Accept(Answer answer)
    {
        if (!answer.Ok)
        {
            Refusals.Enqueue(answer);
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

    // A polite client: otherwise an outage is a storm of refusals and says nothing more.
    private async Task BackOffAsync()
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}

/// <summary>What is known of a case that a writer opened.</summary>
internal sealed class CaseRecord
{
    /// <summary>The last title that was sent.</summary>
    public int AttemptedStep { get; set; }

    /// <summary>The last title that was acknowledged; 0 for none.</summary>
    public int AcknowledgedStep { get; set; }

    /// <summary>Comments that were acknowledged.</summary>
    public List<int> AcknowledgedComments { get; } = [];
}
