using Npgsql;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search;

/// <summary>
/// Brings <c>case_facet</c> up to date from the log. Who calls sees, when the call returns, every change in it that was committed before the
/// call. Callers who come while one reading is under way share the next.
/// </summary>
internal sealed class FacetTable(NpgsqlDataSource source)
{
    private const int Batch = 5_000;

    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <summary>Takes in what was committed up to now.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _next ??= Task.Run(() => RunAsync(_running), CancellationToken.None);
            return _next.WaitAsync(cancellationToken);
        }
    }

    private async Task RunAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _running = _next!;
            _next = null;
        }

        while (await FoldAsync() == Batch)
        {
        }
    }

    private async Task<int> FoldAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var batch = source.CreateBatch();

                // What a crash loses is still in the log, and the place goes with it.
                batch.BatchCommands.Add(new("select set_config('synchronous_commit', 'off', true)"));
                batch.BatchCommands.Add(new("select case_facet_fold($1)") { Parameters = { Parameters.Of(Batch) } });
                await using var reader = await batch.ExecuteReaderAsync();
                await reader.NextResultAsync();
                await reader.ReadAsync();
                return reader.GetInt32(0);
            }
            catch (Exception error) when (attempt == 1 && DatabaseFailures.IsDatabaseError(error) && DatabaseFailures.IsStaleConnection(error))
            {
            }
        }
    }
}
