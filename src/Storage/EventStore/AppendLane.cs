using Microsoft.Extensions.Logging;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Feed;

namespace Switchboard.Storage.EventStore;

/// <summary>
/// Writes the appends of its streams: while one transaction is being flushed the next ones gather, and go together. What cannot be
/// committed is told apart from what can, a lost commit is looked up, and while the database is away it keeps trying with growing pauses.
/// </summary>
internal sealed partial class AppendLane(
    string tenant,
    AppendQueue queue,
    AppendSession session,
    LogSignal committed,
    StorageOptions options,
    StorageInstruments instruments,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);

    private readonly List<PendingAppend> _batch = [];
    private readonly HashSet<Guid> _streams = [];
    private TimeSpan _pause = _shortestPause;
    private Exception? _lastError;
    private long _downSince;
    private bool _down;

    /// <summary>How long the database has been away, or null.</summary>
    public TimeSpan? DownFor => Volatile.Read(ref _down) ? time.GetElapsedTime(_downSince) : null;

    /// <summary>Why it is away.</summary>
    public Exception? LastError => _lastError;

    /// <summary>Runs until the queue is closed and empty. After <paramref name="stopping"/> a database that is away is not waited for.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (await queue.WaitAsync())
        {
            _batch.Clear();
            _streams.Clear();
            queue.Take(_batch, _streams, options.AppendBatch);
            await SettleAsync(_batch, stopping);
            if (_down)
            {
                await WaitForDatabaseAsync(stopping);
            }
        }

        await session.DisposeAsync();
    }

    /// <summary>Brings every append of a batch to an end.</summary>
    private async Task SettleAsync(List<PendingAppend> batch, CancellationToken stopping)
    {
        while (true)
        {
            FailExpired(batch);
            if (batch.Count == 0)
            {
                return;
            }

            try
            {
                await LookUpLostAsync(batch);
                if (batch.Count > 0)
                {
                    await session.CommitAsync(batch, CancellationToken.None);
                    Committed(batch);
                }

                return;
            }
            catch (Exception error)
            {
                if (session.Sent && DatabaseFailures.Classify(error) == DatabaseFailure.Lost)
                {
                    // It may have been committed; what follows finds out.
                    batch.ForEach(static append => append.OutcomeUnknown = true);
                }

                if (await RecoverAsync(batch, error, stopping))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Deals with a failed transaction; true when its appends have been settled, false to try what is left of the batch again.</summary>
    private async Task<bool> RecoverAsync(List<PendingAppend> batch, Exception error, CancellationToken stopping)
    {
        if (!DatabaseFailures.IsDatabaseError(error))
        {
            // The driver could not write a value (half a surrogate pair, say). Its connection stopped in the middle of a message.
            await session.ResetAsync();
        }

        switch (DatabaseFailures.Classify(error))
        {
            case DatabaseFailure.Refused when batch.Count > 1:
                if (Refusal.TryTranslate(error, out var result) && result.Status == AppendStatus.VersionConflict && await TakeOutOvertakenAsync(batch))
                {
                    return false;
                }

                // One of them is at fault; the halves are transactions of their own.
                var middle = batch.Count / 2;
                await SettleAsync(batch.GetRange(0, middle), stopping);
                await SettleAsync(batch.GetRange(middle, batch.Count - middle), stopping);
                return true;

            case DatabaseFailure.Refused:
                return await RefuseAsync(batch[0], error, stopping);

            case DatabaseFailure.RolledBack:
                LogRolledBack(tenant, batch.Count, error);
                await PauseAsync(stopping);
                return false;

            default:
                await session.ResetAsync();
                WentDown(error);
                if (stopping.IsCancellationRequested)
                {
                    batch.ForEach(append => FailUnavailable(append, "this process is stopping, and the database is away"));
                    return true;
                }

                await PauseAsync(stopping);
                return false;
        }
    }

    /// <summary>Completes those of the batch that turn out to have been committed, and takes them out of it.</summary>
    private async Task LookUpLostAsync(List<PendingAppend> batch)
    {
        if (!batch.Exists(static append => append.OutcomeUnknown))
        {
            return;
        }

        var lost = batch.FindAll(static append => append.OutcomeUnknown);
        var committed = await session.FindCommittedAsync(lost, CancellationToken.None);
        CameUp();
        foreach (var append in committed)
        {
            instruments.Resolved(committed: true);
            Complete(append, new AppendResult(AppendStatus.Appended));
        }

        // Those not found stay marked: the old transaction may still be under way on the server, and then shows up as a conflict.
        batch.RemoveAll(committed.Contains);
        LogLookedUp(tenant, lost.Count, committed.Count);
    }

    /// <summary>
    /// Answers those that came too late all at once: found one by one, the cases of an import that is sent twice would keep the lane busy for longer
    /// than appends may take. False when there are none.
    /// </summary>
    private async Task<bool> TakeOutOvertakenAsync(List<PendingAppend> batch)
    {
        HashSet<PendingAppend> overtaken;
        try
        {
            overtaken = await session.FindOvertakenAsync(batch, CancellationToken.None);
        }
        catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
        {
            // What comes next meets the same failure and deals with it.
            return false;
        }

        CameUp();
        foreach (var append in overtaken)
        {
            instruments.Refused(nameof(AppendStatus.VersionConflict));
            Complete(append, new AppendResult(AppendStatus.VersionConflict));
        }

        batch.RemoveAll(overtaken.Contains);
        return overtaken.Count > 0;
    }

    /// <summary>Answers the one append that the database refuses.</summary>
    private async Task<bool> RefuseAsync(PendingAppend append, Exception error, CancellationToken stopping)
    {
        if (append.OutcomeUnknown)
        {
            // The conflict may be with ourselves.
            try
            {
                if ((await session.FindCommittedAsync([append], CancellationToken.None)).Count > 0)
                {
                    instruments.Resolved(committed: true);
                    Complete(append, new AppendResult(AppendStatus.Appended));
                    return true;
                }
            }
            catch (Exception lookUp) when (DatabaseFailures.IsDatabaseError(lookUp))
            {
                return await RecoverAsync([append], lookUp, stopping);
            }
        }

        CameUp();
        if (Refusal.TryTranslate(error, out var result))
        {
            instruments.Refused(result.Status.ToString());
            Complete(append, result);
        }
        else
        {
            instruments.Refused("Invalid");
            Fail(append, Refusal.Invalid(append.Request, error));
        }

        return true;
    }

    private void Committed(List<PendingAppend> batch)
    {
        CameUp();
        instruments.Committed(batch.Count);
        committed.Raise();
        foreach (var append in batch)
        {
            if (append.OutcomeUnknown)
            {
                instruments.Resolved(committed: false);
            }

            Complete(append, new AppendResult(AppendStatus.Appended));
        }
    }

    /// <summary>With the database away and nothing in hand: tries to reach it, and lets those go whose time is up.</summary>
    private async Task WaitForDatabaseAsync(CancellationToken stopping)
    {
        _batch.Clear();
        while (_down)
        {
            queue.TakeExpired(_batch, IsExpired);
            FailExpired(_batch);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await session.OpenAsync(CancellationToken.None);
                CameUp();
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
            {
                _lastError = error;
                await PauseAsync(stopping);
            }
        }
    }

    private bool IsExpired(PendingAppend append) => time.GetElapsedTime(append.Started) >= options.AppendTimeout;

    private void FailExpired(List<PendingAppend> batch)
    {
        foreach (var append in batch.Where(IsExpired))
        {
            var what = append.OutcomeUnknown
                ? $"the connection was lost at a commit, and what became of it could not be found out within {options.AppendTimeout.TotalSeconds:0.#} s"
                : $"an append could not be committed within {options.AppendTimeout.TotalSeconds:0.#} s";
            FailUnavailable(append, what);
        }

        batch.RemoveAll(static append => append.Result.IsCompleted);
    }

    private void Complete(PendingAppend append, AppendResult result)
    {
        if (result.Status == AppendStatus.Appended)
        {
            instruments.Appended(time.GetElapsedTime(append.Started));
        }

        queue.GiveRoom();
        append.Complete(result);
    }

    private void FailUnavailable(PendingAppend append, string what)
    {
        instruments.Unavailable();
        Fail(append, DatabaseFailures.Unavailable(tenant, what, _lastError));
    }

    private void Fail(PendingAppend append, Exception error)
    {
        queue.GiveRoom();
        append.Fail(error);
    }

    private async Task PauseAsync(CancellationToken stopping)
    {
        // Up to a quarter more, so that the lanes and processes do not knock all at once.
        var pause = _pause * (1 + (Random.Shared.NextDouble() / 4));
        _pause = _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
        await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void WentDown(Exception error)
    {
        _lastError = error;
        if (!_down)
        {
            _downSince = time.GetTimestamp();
            Volatile.Write(ref _down, true);
            LogLost(tenant, error);
        }
    }

    private void CameUp()
    {
        _pause = _shortestPause;
        if (_down)
        {
            LogBack(tenant, time.GetElapsedTime(_downSince));
            Volatile.Write(ref _down, false);
        }
    }
}
