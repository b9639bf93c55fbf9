using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;
using Switchboard.Gateway.Access;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Access;

/// <summary>
/// Judges keys and short-lived tokens of the speech API. What is known of a key is at most <see cref="GatewayOptions.KeyTimeToLive"/> old;
/// expiry and disabling are judged at every call. Comparing hashes that are looked up in a table says nothing about a key by its time.
/// </summary>
internal sealed partial class SpeechKeys : ISpeechKeys, IDisposable
{
    private readonly RefreshingCache<KeyHash, KnownKey> _byHash;
    private readonly RefreshingCache<(Guid Org, Guid Key), KnownKey> _byId;
    private readonly SpeechTokens _tokens;
    private readonly KeyWatches _watches;
    private readonly TimeProvider _time;
    private readonly ILogger<SpeechKeys> _logger;

    public SpeechKeys(
        IGrainFactory grains,
        ISharedKeys shared,
        IAggregateRows<KeySnapshot> rows,
        SpeechTokens tokens,
        KeyWatches watches,
        IOptions<GatewayOptions> options,
        TimeProvider time,
        ILogger<SpeechKeys> logger)
    {
        (_tokens, _watches, _time, _logger) = (tokens, watches, time, logger);
        var settings = options.Value;
        var bounds = new CacheBounds(settings.KeyTimeToLive, settings.CachedKeys, settings.CachedUnknownKeys, settings.ConcurrentKeyLookups);
        _byHash = new((hash, cancellationToken) => LoadAsync(grains, shared, hash.ToString(), cancellationToken), bounds, time);
        _byId = new(
            async (id, cancellationToken) => await rows.LoadAsync(id.Org, id.Key, cancellationToken) is { } key ? new KnownKey(key) : null, bounds, time);
    }

    /// <inheritdoc/>
    public ValueTask<SpeechAdmission> FindAsync(string secret, string scope, CancellationToken cancellationToken)
    {
        if (SpeechTokens.IsToken(secret))
        {
            return FindByTokenAsync(secret, scope, cancellationToken);
        }

        if (!KeyHash.TryOf(secret, out var hash))
        {
            return new(KnownKey.Refused);
        }

        var lookup = _byHash.GetAsync(hash, cancellationToken);
        return lookup.IsCompletedSuccessfully
            ? new(lookup.Result?.Judge(scope, _time.GetUtcNow()) ?? KnownKey.Refused)
            : WaitAsync(lookup, scope, cancellationToken);
    }

    /// <inheritdoc/>
    public IKeyWatch Watch(SpeechCaller caller) => _watches.Watch(caller.KeyId);

    /// <inheritdoc/>
    public void Dispose()
    {
        _byHash.Dispose();
        _byId.Dispose();
    }

    private static async ValueTask<KnownKey?> LoadAsync(IGrainFactory grains, ISharedKeys shared, string hash, CancellationToken cancellationToken)
    {
        if (await shared.FindAsync(hash, cancellationToken) is { } known)
        {
            return new KnownKey(known);
        }

        if (await grains.GetGrain<IKeyGrain>(hash).GetAsync(cancellationToken) is not { } key)
        {
            return null;
        }

        shared.Keep(key);
        return new KnownKey(key);
    }

    private async ValueTask<SpeechAdmission> WaitAsync(ValueTask<KnownKey?> lookup, string scope, CancellationToken cancellationToken)
    {
        try
        {
            return (await lookup)?.Judge(scope, _time.GetUtcNow()) ?? KnownKey.Refused;
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            return Unavailable(error);
        }
    }

    private async ValueTask<SpeechAdmission> FindByTokenAsync(string token, string scope, CancellationToken cancellationToken)
    {
        try
        {
            return await _tokens.CheckAsync(token, cancellationToken) is { } claims
                && await _byId.GetAsync((claims.OrgId, claims.KeyId), cancellationToken) is { } key
                    ? key.JudgeToken(scope, _time.GetUtcNow())
                    : KnownKey.Refused;
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            return Unavailable(error);
        }
    }

    private static bool IsFault(Exception error, CancellationToken cancellationToken) =>
        error is StorageUnavailableException or TimeoutException or OrleansException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private SpeechAdmission Unavailable(Exception error)
    {
        LogUnavailable(error);
        return new SpeechAdmission(null, SpeechError.Unavailable);
    }

    [LoggerMessage(9501, LogLevel.Warning, "A key could not be looked up, so its caller was told to come back")]
    private partial void LogUnavailable(Exception error);
}
