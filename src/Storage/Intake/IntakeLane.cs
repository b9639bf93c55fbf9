using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Intake;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Intake;

/// <summary>
/// Writes what comes in: while one transaction is on its way the next messages gather, and go together in one statement. What the database
/// refuses is halved until the message at fault stands alone. A transaction whose commit was lost is sent again: a receipt that is there
/// already says that it happened.
/// </summary>
internal sealed partial class IntakeLane : IAsyncDisposable
{
    /// <summary>The constraint by which a message that was taken before is recognised.</summary>
    public const string Once = "intake_receipt_once";

    private const int Together = 256;

    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);

    private readonly TenantDatabase _database;
    private readonly IntakeStatement _statement;
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<IntakeLane> _logger;
    private readonly Channel<Pending> _waiting;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task> _running;
    private TimeSpan _pause = _shortestPause;
    private bool _down;

    public IntakeLane(TenantDatabase database, IntakeStatement statement, IOptions<StorageOptions> options, TimeProvider time, ILogger<IntakeLane> logger)
    {
        (_database, _statement, _options, _time, _logger) = (database, statement, options.Value, time, logger);
        _waiting = Channel.CreateBounded<Pending>(new BoundedChannelOptions(_options.AppendQueue) { SingleReader = true });
        _running = new Lazy<Task>(() => Task.Run(RunAsync));
    }

    /// <summary>Completes when the message is durable.</summary>
    /// <exception cref="StorageUnavailableException">The database is away, or could not be asked in time.</exception>
    public async ValueTask WriteAsync(IntakeSubmission submission, CancellationToken cancellationToken)
    {
        _ = _running.Value;
        var pending = new Pending(submission, _time.GetTimestamp());
        try
        {
            await _waiting.Writer.WriteAsync(pending, cancellationToken);
        }
        catch (ChannelClosedException error)
        {
            throw DatabaseFailures.Unavailable(_database.Tenant, "this process is stopping", error);
        }

        await pending.Done;
    }

    /// <summary>Writes what waits, as long as the database lets it, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stopping.CancelAsync();
        if (_running.IsValueCreated)
        {
            await _running.Value;
        }

        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Pending>();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < Together && _waiting.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }

            await SettleAsync(batch);
        }
    }

    private async Task SettleAsync(List<Pending> batch)
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
                await CommitAsync(batch);
                CameUp();
                _database.Committed.Raise();
                batch.ForEach(static one => one.Complete());
                return;
            }
            catch (Exception error)
            {
                if (await RecoverAsync(batch, error))
                {
                    return;
                }
            }
        }
    }

    private async Task CommitAsync(List<Pending> batch)
    {
        await using var connection = await _database.Writer.OpenConnectionAsync(CancellationToken.None);
        await using var command = _statement.For(connection, batch.Select(static one => one.Submission), _time.GetUtcNow());
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Deals with a failed transaction; true when its messages have been settled, false to try what is left of it again.</summary>
    private async Task<bool> RecoverAsync(List<Pending> batch, Exception error)
    {
        switch (DatabaseFailures.Classify(error))
        {
            case DatabaseFailure.Refused when batch.Count > 1:
                var middle = batch.Count / 2;
                await SettleAsync(batch.GetRange(0, middle));
                await SettleAsync(batch.GetRange(middle, batch.Count - middle));
                return true;

            case DatabaseFailure.Refused:
                CameUp();
                if (error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Once })
                {
                    // By an earlier request, or by the transaction whose commit was lost.
                    batch[0].Complete();
                }
                else
                {
                    batch[0].Fail(error);
                }

                return true;

            case var failure:
                if (failure == DatabaseFailure.Lost && !_down)
                {
                    _down = true;
                    LogLost(_database.Tenant, error);
                }

                if (_stopping.IsCancellationRequested)
                {
                    batch.ForEach(one => one.Fail(DatabaseFailures.Unavailable(_database.Tenant, "this process is stopping, and the database is away", error)));
                    return true;
                }

                await PauseAsync();
                return false;
        }
    }

    private void FailExpired(List<Pending> batch)
    {
        foreach (var one in batch.Where(one => _time.GetElapsedTime(one.Started) >= _options.AppendTimeout))
        {
            one.Fail(DatabaseFailures.Unavailable(
                _database.Tenant, $"an alert could not be committed within {_options.AppendTimeout.TotalSeconds:0.#} s", cause: null));
        }

        batch.RemoveAll(static one => one.Done.IsCompleted);
    }

    private async Task PauseAsync()
    {
        var pause = _pause * (1 + (Random.Shared.NextDouble() / 4));
        _pause = _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
        await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void CameUp()
    {
        _pause = _shortestPause;
        if (_down)
        {
            _down = false;
            LogBack(_database.Tenant);
        }
    }

    [LoggerMessage(2600, LogLevel.Warning, "{Tenant}: the database was lost while alerts were written; trying to reach it again")]
    private partial void LogLost(string tenant, Exception error);

    [LoggerMessage(2601, LogLevel.Information, "{Tenant}: alerts are written again")]
    private partial void LogBack(string tenant);

    private sealed class Pending(IntakeSubmission submission, long started)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IntakeSubmission Submission => submission;

        public long Started => started;

        public Task Done => _done.Task;

        public void Complete() => _done.TrySetResult();

        public void Fail(Exception error) => _done.TrySetException(error);
    }
}
