using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;

namespace Switchboard.Storage.Speech.Redis;

/// <summary>
/// Brings changes of keys and limits from the database to Redis, at once when one is notified and at least twice a second. Every process does
/// it and none relies on another: writing a state twice, or an old one after a newer, changes nothing. How far it has come lies in Redis
/// itself, so a Redis that was emptied is seen to be, and is filled anew.
/// </summary>
internal sealed partial class KeySync(
    RedisConnection redis, KeyRowsForRedis rows, AccessSignal signal, TimeProvider time, ILogger<KeySync> logger) : BackgroundService, IKeySeeder
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(500);

    // Changes are deleted after a day.
    private static readonly TimeSpan _oldestPosition = TimeSpan.FromHours(12);

    /// <inheritdoc/>
    public bool IsConfigured => redis.IsConfigured;

    /// <inheritdoc/>
    public async Task<SeedResult> SeedAsync(Guid? orgId, CancellationToken cancellationToken)
    {
        var database = redis.IsConfigured ? await redis.ConnectAsync(cancellationToken) : null;
        if (database is null)
        {
            throw new StorageUnavailableException("Redis cannot be reached; check Redis:Connection and that the server runs.", null);
        }

        try
        {
            return await SeedAsync(database, orgId, cancellationToken);
        }
        catch (Exception error) when (RedisConnection.IsLost(error) && !cancellationToken.IsCancellationRequested)
        {
            throw new StorageUnavailableException($"Redis broke off: {error.Message}", error);
        }
    }

    /// <summary>Does what there is to do now; false when Redis is away.</summary>
    internal async Task<bool> SyncAsync(CancellationToken cancellationToken)
    {
        if (await redis.ConnectAsync(cancellationToken) is not { } database)
        {
            return false;
        }

        var now = await rows.NowAsync(cancellationToken);
        var known = Parse(await database.StringGetAsync(KeyLayout.Position));
        if (known is not { } position || position.Position.Epoch != now.Epoch || time.GetUtcNow() - position.At > _oldestPosition)
        {
            LogFilling();
            var seeded = await SeedAsync(database, null, cancellationToken);
            LogFilled(seeded.Keys, seeded.Limits);
            return true;
        }

        var changes = await rows.ChangesAsync(position.Position, cancellationToken);
        if (changes.Length > 0)
        {
            var keys = await rows.KeysAsync(changes.Select(static change => change.Hash).OfType<string>(), cancellationToken);
            var limits = await rows.LimitsAsync(changes.Where(static change => change.Hash is null).Select(static change => change.OrgId), cancellationToken);
            await Task.WhenAll(
                [.. keys.Select(key => KeyLayout.KeepAsync(database, key, force: false)), .. limits.Select(limit => KeyLayout.KeepAsync(database, limit, force: false))]);
        }

        if (position.Position != now || time.GetUtcNow() - position.At > _oldestPosition / 2)
        {
            await database.ScriptEvaluateAsync(KeyLayout.SetIfThereScript, [KeyLayout.Position, KeyLayout.Position], [Format(now)]);
        }

        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!redis.IsConfigured)
        {
            return;
        }

        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = signal.Next;
            try
            {
                var done = await SyncAsync(stoppingToken);
                if (!done && !failing)
                {
                    LogAway(null);
                }

                failing = !done;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is StorageUnavailableException || RedisConnection.IsLost(error))
            {
                if (!failing)
                {
                    LogAway(error);
                }

                failing = true;
            }

            await changed.WaitAsync(_interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<SeedResult> SeedAsync(IDatabase database, Guid? orgId, CancellationToken cancellationToken)
    {
        // Taken before the rows are read: what changes meanwhile is brought again.
        var now = await rows.NowAsync(cancellationToken);
        var filling = KeyLayout.Filling.Append($":{Guid.NewGuid():N}");
        await database.StringSetAsync(filling, 1, TimeSpan.FromHours(1));
        var (keys, limits) = (0L, 0L);
        for (var (after, more) = (Guid.Empty, true); more;)
        {
            var page = await rows.KeysAsync(orgId, after, cancellationToken);
            await Task.WhenAll(page.Select(key => KeyLayout.KeepAsync(database, key, force: true)));
            (keys, more) = (keys + page.Length, page.Length == KeyRowsForRedis.Page);
            after = more ? page[^1].Id : after;
        }

        for (var (after, more) = (Guid.Empty, true); more;)
        {
            var page = await rows.LimitsAsync(orgId, after, cancellationToken);
            await Task.WhenAll(page.Select(limit => KeyLayout.KeepAsync(database, limit, force: true)));
            (limits, more) = (limits + page.Length, page.Length == KeyRowsForRedis.Page);
            after = more ? page[^1].OrgId : after;
        }

        if (orgId is null)
        {
            await database.ScriptEvaluateAsync(KeyLayout.SetIfThereScript, [filling, KeyLayout.Position], [Format(now)]);
        }

        await database.KeyDeleteAsync(filling);
        return new SeedResult(keys, limits);
    }

    private string Format(SyncPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}:{position.Transaction}:{time.GetUtcNow().ToUnixTimeSeconds()}");

    private static (SyncPosition Position, DateTimeOffset At)? Parse(RedisValue text) =>
        ((string?)text)?.Split(':') is [var epoch, var transaction, var at]
        && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var epochNumber)
        && ulong.TryParse(transaction, NumberStyles.None, CultureInfo.InvariantCulture, out var transactionNumber)
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? (new SyncPosition(epochNumber, transactionNumber), DateTimeOffset.FromUnixTimeSeconds(seconds))
            : null;

    [LoggerMessage(9522, LogLevel.Information, "Redis holds no keys of this database's present state; it is being filled")]
    private partial void LogFilling();

    [LoggerMessage(9523, LogLevel.Information, "Redis was filled with {Keys} keys and the limits of {Limits} organisations")]
    private partial void LogFilled(long keys, long limits);

    [LoggerMessage(9524, LogLevel.Warning, "Changes of keys cannot be brought to Redis now; they are as soon as it is back")]
    private partial void LogAway(Exception? error);
}
