using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// Writes the cases of many callers together: while one request is under way, later callers gather, and the next request serves them
/// all. A caller waits until its case is written, or owed: what the cluster cannot take now is noted as a debt, by which the index is
/// caught up from the log, and is no reason to hold up or park events.
/// </summary>
internal sealed class IndexLane(SearchRebuild rebuild, BulkIndexer bulk, SearchDebts debts, IOptions<ElasticsearchOptions> options, SearchIndexMetrics metrics)
{
    // Its callers may call again, several times within the engine's time for a call.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private List<Caller> _gathered = [];
    private bool _running;
    private bool _away;

    /// <summary>Writes a case as its row is now.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="version">The version after the event that is the reason.</param>
    /// <param name="place">Where the log holds that event.</param>
    /// <param name="cancellationToken">Ends the waiting, not the writing.</param>
    /// <exception cref="ElasticsearchException">The index refuses the case for good.</exception>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    public Task WriteAsync(Guid caseId, long version, SearchPlace place, CancellationToken cancellationToken)
    {
        var caller = new Caller(caseId, version, place);
        bool first;
        lock (_lock)
        {
            _gathered.Add(caller);
            first = !_running;
            _running = true;
        }

        if (first)
        {
            // Not on the caller's context: a grain's turn must not carry the requests of others.
            _ = Task.Run(ServeAsync, CancellationToken.None);
        }

        return caller.Written.Task.WaitAsync(cancellationToken);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            List<Caller> callers;
            lock (_lock)
            {
                if (_gathered.Count == 0)
                {
                    _running = false;
                    return;
                }

                (callers, _gathered) = _gathered.Count <= options.Value.BulkCases
                    ? (_gathered, [])
                    : (_gathered[..options.Value.BulkCases], _gathered[options.Value.BulkCases..]);
            }

            try
            {
                Answer(callers, await WriteAsync(callers));
            }
            catch (Exception error)
            {
                callers.ForEach(caller => caller.Written.TrySetException(error));
            }
        }
    }

    private async Task<IReadOnlyDictionary<Guid, string>> WriteAsync(List<Caller> callers)
    {
        var versions = callers.GroupBy(static c => c.CaseId).ToDictionary(static g => g.Key, static g => g.Max(static c => c.Version));
        var cases = await rebuild.ReadAsync(versions, CancellationToken.None);
        try
        {
            var refused = await bulk.WriteAsync(options.Value.Index, isAlias: true, cases, _away ? TimeSpan.Zero : s_patience, CancellationToken.None);
            _away = false;
            return refused;
        }
        catch (ElasticsearchException)
        {
            _away = true;
            metrics.Owed(versions.Count);

            // Of different epochs the newest counts: the older ones' transactions are gone.
            var epoch = callers.Max(static c => c.Place.Epoch);
            await debts.NoteAsync(
                options.Value.Index, new(epoch, callers.Where(c => c.Place.Epoch == epoch).Min(static c => c.Place.Tx)), CancellationToken.None);
            return new Dictionary<Guid, string>();
        }
    }

    private static void Answer(List<Caller> callers, IReadOnlyDictionary<Guid, string> refused)
    {
        foreach (var caller in callers)
        {
            if (refused.TryGetValue(caller.CaseId, out var why))
            {
                caller.Written.TrySetException(new ElasticsearchException($"the index refuses case {caller.CaseId}: {why}"));
            }
            else
            {
                caller.Written.TrySetResult();
            }
        }
    }

    private sealed record Caller(Guid CaseId, long Version, SearchPlace Place)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
