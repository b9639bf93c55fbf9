using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// Fills a new index from the rows, catches it up with what was logged since it was begun, lets the alias stand for it, and catches up
/// once more with what writers sent to the old one in the meantime. Whether it is finished is a row (<see cref="SearchDebts"/>): a
/// process that dies on the way leaves an index that is caught up by the next. One process at a time, by an advisory lock.
/// </summary>
internal sealed partial class SearchRebuild(
    TenantDatabase database, IndexAdministration indices, BulkIndexer bulk, SearchDebts debts, ILogger<SearchRebuild> log) : ISearchRebuild
{
    private const int Batch = 500;
    private const long LockKey = 0x5357_4253_4541_5243; // "SWBSEARC"

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly CaseBatchRows _rows = new(new(database.Tenant, database.Primary));

    /// <inheritdoc/>
    public ValueTask<long?> RebuildAsync(IProgress<long>? progress, CancellationToken cancellationToken) =>
        LockedAsync(() => FillAsync(progress, cancellationToken), cancellationToken);

    /// <summary>Catches the index up with what it has missed; null when another process is at it, or nothing is missing.</summary>
    public ValueTask<long?> PayDebtsAsync(CancellationToken cancellationToken) => LockedAsync(
        async () =>
        {
            if (await debts.FindAsync(indices.Alias, cancellationToken) is not { } debt)
            {
                return null;
            }

            // Transactions of an older epoch mean nothing now.
            if (debt.From.Tx == 0 || (await debts.NowAsync(cancellationToken)).Epoch != debt.From.Epoch)
            {
                return await FillAsync(null, cancellationToken);
            }

            var written = await CatchUpAsync(indices.Alias, isAlias: true, debt.From.Tx, cancellationToken);
            await debts.StrikeAsync(indices.Alias, debt, cancellationToken);
            return written;
        },
        cancellationToken);

    private async Task<long?> FillAsync(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var began = await debts.NowAsync(cancellationToken);
        var index = await indices.CreateAsync(cancellationToken);
        var written = 0L;
        var last = Guid.Empty;
        while (true)
        {
            var rows = await _rows.AfterAsync(last, Batch, cancellationToken);
            var said = await _rows.SaidAsync([.. rows.Select(static row => row.Id)], cancellationToken);
            await WriteAsync(
                index, isAlias: false, [.. rows.Select(row => new IndexedCase(row.Id, row.Version, row, said.GetValueOrDefault(row.Id, "")))], cancellationToken);
            written += rows.Length;
            progress?.Report(written);
            if (rows.Length < Batch)
            {
                break;
            }

            last = rows[^1].Id;
        }

        var caughtUp = await debts.NowAsync(cancellationToken);
        await CatchUpAsync(index, isAlias: false, began.Tx, cancellationToken);
        await indices.OpenAsync(index, cancellationToken);

        // From here on a process that dies leaves the rest to whoever looks after the index next.
        await debts.NoteAsync(indices.Alias, caughtUp, cancellationToken);
        var debt = await debts.FindAsync(indices.Alias, cancellationToken);
        var old = await indices.CurrentAsync(cancellationToken);
        await indices.SwitchAsync(index, old, cancellationToken);
        await CatchUpAsync(indices.Alias, isAlias: true, caughtUp.Tx, cancellationToken);

        // An older debt is paid as well: all rows were read after it was noted.
        await debts.StrikeAsync(indices.Alias, debt!, cancellationToken);
        await indices.DeleteOthersAsync(index, cancellationToken);
        return written;
    }

    /// <summary>Writes every case that has an event in this transaction or a later one, as its row is now.</summary>
    private async Task<long> CatchUpAsync(string index, bool isAlias, ulong tx, CancellationToken cancellationToken)
    {
        var written = 0L;
        var after = new LoggedCase(tx, 0, default, 0); // numbers begin at 1
        while (true)
        {
            var events = await debts.CasesAsync(after.Tx, after.Seq, Batch, cancellationToken);
            var versions = events.GroupBy(static e => e.CaseId).ToDictionary(static g => g.Key, static g => g.Max(static e => e.Version));
            await WriteAsync(index, isAlias, await ReadAsync(versions, cancellationToken), cancellationToken);
            written += versions.Count;
            if (events.Length < Batch)
            {
                return written;
            }

            after = events[^1];
        }
    }

    /// <summary>The rows of cases that had an event of some version; without a row, the case went with that event.</summary>
    internal async Task<List<IndexedCase>> ReadAsync(Dictionary<Guid, long> versions, CancellationToken cancellationToken)
    {
        var rows = (await _rows.OfAsync(versions.Keys, cancellationToken)).ToDictionary(static row => row.Id);
        var said = await _rows.SaidAsync(versions.Keys, cancellationToken);
        return [.. versions.Select(pair => rows.TryGetValue(pair.Key, out var row)
            ? new IndexedCase(row.Id, row.Version, row, said.GetValueOrDefault(row.Id, ""))
            : new IndexedCase(pair.Key, pair.Value, null))];
    }

    private async Task WriteAsync(string index, bool isAlias, List<IndexedCase> cases, CancellationToken cancellationToken)
    {
        var refused = await bulk.WriteAsync(index, isAlias, cases, s_patience, cancellationToken);
        foreach (var (id, why) in refused)
        {
            // One case that the index cannot hold must not keep all others out of it.
            LogRefused(log, id, index, why);
        }
    }

    [LoggerMessage(8001, LogLevel.Error, "Case {CaseId} cannot be found in {Index}: the index refuses it ({Reason}).")]
    private static partial void LogRefused(ILogger log, Guid caseId, string index, string reason);

    private async ValueTask<long?> LockedAsync(Func<Task<long?>> work, CancellationToken cancellationToken)
    {
        try
        {
            // On a connection of its own, not pooled: the lock goes when it goes.
            await using var connection = await database.Primary.OpenConnectionAsync(cancellationToken);
            await using var taking = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = LockKey } } };
            if (!(bool)(await taking.ExecuteScalarAsync(cancellationToken))!)
            {
                return null;
            }

            try
            {
                return await work();
            }
            finally
            {
                await using var giving = new NpgsqlCommand("select pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = LockKey } } };
                await giving.ExecuteScalarAsync(CancellationToken.None);
            }
        }
        catch (NpgsqlException error) when (DatabaseFailures.Classify(error) != DatabaseFailure.Refused)
        {
            throw DatabaseFailures.Unavailable(database.Tenant, "the search index could not be made", error);
        }
    }
}
