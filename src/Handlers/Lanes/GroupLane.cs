using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Lanes;

/// <summary>
/// Does the work of many events in one go: while one group is on its way to the database the next events gather. A group that is
/// refused is halved until the event at fault stands alone; one whose connection was lost is sent again, which the marks make harmless.
/// What could not be done in time fails with <see cref="Grains.EventStore.StorageUnavailableException"/>.
/// </summary>
/// <typeparam name="TItem">What is gathered.</typeparam>
internal abstract partial class GroupLane<TItem> : IAsyncDisposable
    where TItem : LaneItem
{
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);

    private readonly Channel<TItem> _waiting;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task> _running;
    private readonly LaneParts _parts;
    private NpgsqlConnection? _connection;
    private TimeSpan _pause = _shortestPause;
    private bool _down;

    protected GroupLane(LaneParts parts)
    {
        _parts = parts;
        _waiting = Channel.CreateBounded<TItem>(new BoundedChannelOptions(parts.Options.Queue) { SingleReader = true });
        _running = new Lazy<Task>(() => Task.Run(RunAsync));
    }

    /// <summary>What the lane is made of.</summary>
    protected LaneParts Parts => _parts;

    /// <summary>Puts an item in, waiting for room, and completes when it has been settled.</summary>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database is away.</exception>
    public async ValueTask<Settlement> RunAsync(TItem item, CancellationToken cancellationToken)
    {
        _ = _running.Value;
        try
        {
            await _waiting.Writer.WriteAsync(item, cancellationToken);
        }
        catch (ChannelClosedException error)
        {
            throw DatabaseFailures.Unavailable(_parts.Database.Tenant, "this process is stopping", error);
        }

        // Once it is in it is brought to an end, whoever waits.
        return await item.Settled;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stopping.CancelAsync();
        if (_running.IsValueCreated)
        {
            await _running.Value;
        }

        await ResetAsync();
        _stopping.Dispose();
    }

    /// <summary>Does a group's work in one transaction, and gives what came of each item, in order. Nothing is settled before it returns.</summary>
    protected abstract ValueTask<Settlement[]> CommitAsync(NpgsqlConnection connection, IReadOnlyList<TItem> group, CancellationToken cancellationToken);

    private async Task RunAsync()
    {
        var group = new List<TItem>();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            group.Clear();
            while (group.Count < _parts.Options.Batch && _waiting.Reader.TryRead(out var item))
            {
                group.Add(item);
            }

            await SettleAsync(group);
        }
    }

    /// <summary>Brings every item of a group to an end.</summary>
    private async Task SettleAsync(List<TItem> group)
    {
        while (true)
        {
            FailExpired(group);
            if (group.Count == 0)
            {
                return;
            }

            try
            {
                _connection ??= await _parts.Source.OpenConnectionAsync(CancellationToken.None);
                var settlements = await CommitAsync(_connection, group, CancellationToken.None);
                CameUp();
                for (var i = 0; i < group.Count; i++)
                {
                    group[i].Settle(settlements[i]);
                }

                return;
            }
            catch (Exception error)
            {
                if (await RecoverAsync(group, error))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Deals with a group that failed; true when its items have been settled, false to try what is left of it again.</summary>
    private async Task<bool> RecoverAsync(List<TItem> group, Exception error)
    {
        var failure = DatabaseFailures.Classify(error);
        if (error is not PostgresException || failure == DatabaseFailure.Lost)
        {
            // Not only what is lost: after a value that it could not write, the driver's connection stands in the middle of a message.
            await ResetAsync();
        }

        // A statement that took too long may take less over fewer rows.
        var divisible = failure == DatabaseFailure.Refused || error is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled };
        if (divisible && group.Count > 1)
        {
            var middle = group.Count / 2;
            await SettleAsync(group.GetRange(0, middle));
            await SettleAsync(group.GetRange(middle, group.Count - middle));
            return true;
        }

        if (failure == DatabaseFailure.Refused)
        {
            CameUp();
            group[0].Fail(error);
            return true;
        }

        if (failure == DatabaseFailure.Lost && !_down)
        {
            _down = true;
            LogLost(_parts.Logger, _parts.Flavor, _parts.Database.Tenant, error);
        }

        if (_stopping.IsCancellationRequested)
        {
            group.ForEach(item => item.Fail(DatabaseFailures.Unavailable(_parts.Database.Tenant, "this process is stopping, and the database is away", error)));
            return true;
        }

        // Up to a quarter more, so that the lanes do not knock all at once.
        var pause = _pause * (1 + (Random.Shared.NextDouble() / 4));
        _pause = _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
        await Task.Delay(pause, _parts.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    private void FailExpired(List<TItem> group)
    {
        var limit = _parts.Options.EffectTimeout;
        foreach (var item in group)
        {
            if (_parts.Time.GetElapsedTime(item.Started) >= limit)
            {
                item.Fail(DatabaseFailures.Unavailable(
                    _parts.Database.Tenant, $"flavor '{_parts.Flavor}' could not commit an effect within {limit.TotalSeconds:0.#} s", cause: null));
            }
        }

        group.RemoveAll(static item => item.Settled.IsCompleted);
    }

    private async ValueTask ResetAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            NpgsqlConnection.ClearPool(connection);
            await connection.DisposeAsync();
        }
    }

    private void CameUp()
    {
        _pause = _shortestPause;
        if (_down)
        {
            _down = false;
            LogBack(_parts.Logger, _parts.Flavor, _parts.Database.Tenant);
        }
    }

    [LoggerMessage(7000, LogLevel.Warning, "Flavor {Flavor}, tenant {Tenant}: the database was lost; trying to reach it again.")]
    private static partial void LogLost(ILogger logger, string flavor, string tenant, Exception error);

    [LoggerMessage(7001, LogLevel.Information, "Flavor {Flavor}, tenant {Tenant}: the database is back.")]
    private static partial void LogBack(ILogger logger, string flavor, string tenant);
}

/// <summary>What a lane is made of.</summary>
/// <param name="Flavor">Whose events.</param>
/// <param name="Number">The flavor's number in this database.</param>
/// <param name="KeepsOrder">Whether the flavor parks whole cases.</param>
/// <param name="Database">The tenant's database.</param>
/// <param name="Source">Where its connections come from.</param>
/// <param name="Options">Sizes and times.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where it says what happens.</param>
internal sealed record LaneParts(
    string Flavor, short Number, bool KeepsOrder, TenantDatabase Database, NpgsqlDataSource Source, HandlerOptions Options, TimeProvider Time, ILogger Logger);
