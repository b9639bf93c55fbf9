using Microsoft.Extensions.Logging;
using Switchboard.Grains.Speech.Access;
using Switchboard.Orgs;

namespace Switchboard.Storage.Speech.Redis;

/// <summary>Keys in Redis. Whatever Redis cannot say at once is asked of the grain instead.</summary>
internal sealed partial class SharedKeys(RedisConnection redis, TimeProvider time, ILogger<SharedKeys> logger) : ISharedKeys
{
    private int _failing;

    /// <inheritdoc/>
    public bool IsConfigured => redis.IsConfigured;

    /// <inheritdoc/>
    public async ValueTask<KeySnapshot?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        if (!redis.IsConfigured || redis.Database is not { } database)
        {
            return null;
        }

        try
        {
            var state = await database.HashGetAsync(KeyLayout.Key(hash), "state").WaitAsync(redis.Patience, time, cancellationToken);
            if (Interlocked.Exchange(ref _failing, 0) == 1)
            {
                LogBack();
            }

            return KeyLayout.Read(state, hash);
        }
        catch (Exception error) when (RedisConnection.IsLost(error) && !cancellationToken.IsCancellationRequested)
        {
            Failed(error);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Keep(KeySnapshot key)
    {
        if (redis.IsConfigured && redis.Database is { } database)
        {
            _ = KeepAsync(database, key);
        }
    }

    private async Task KeepAsync(StackExchange.Redis.IDatabase database, KeySnapshot key)
    {
        try
        {
            await KeyLayout.KeepAsync(database, key, force: false);
        }
        catch (Exception error) when (RedisConnection.IsLost(error))
        {
            Failed(error);
        }
    }

    private void Failed(Exception error)
    {
        if (Interlocked.Exchange(ref _failing, 1) == 0)
        {
            LogAway(error);
        }
    }

    [LoggerMessage(9520, LogLevel.Warning, "Redis does not answer; keys are looked up without it until it does")]
    private partial void LogAway(Exception error);

    [LoggerMessage(9521, LogLevel.Information, "Redis answers again")]
    private partial void LogBack();
}
