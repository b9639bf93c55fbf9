using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Limits;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Access;

/// <summary>
/// Finds out who calls by the two keys of a request. What the key grains and user grains said is used for at most
/// <see cref="GatewayOptions.KeyTimeToLive"/>; expiry and disabling are judged at every request. Keys are neither logged nor kept.
/// </summary>
internal sealed class Authenticator : IDisposable
{
    private const string ApiKeyHeader = "DD-API-KEY";
    private const string ApplicationKeyHeader = "DD-APPLICATION-KEY";

    private static readonly Admission NoApiKey = ApiError.Unauthorized(
        "the request has no API key; send it in the header DD-API-KEY, and the application key in DD-APPLICATION-KEY");

    private static readonly Admission NoApplicationKey = ApiError.Unauthorized(
        "the request has no application key; send it in the header DD-APPLICATION-KEY");

    private static readonly Admission BearerToken = ApiError.Unauthorized(
        "bearer tokens are not issued here; send an API key in DD-API-KEY and an application key in DD-APPLICATION-KEY");

    private static readonly Admission UnknownApiKey = ApiError.Unauthorized("the API key is unknown");
    private static readonly Admission UnknownApplicationKey = ApiError.Unauthorized("the application key is unknown");
    private static readonly Admission StaleApiKey = ApiError.Unauthorized("the API key is expired, disabled or revoked");
    private static readonly Admission StaleApplicationKey = ApiError.Unauthorized("the application key is expired, disabled or revoked");
    private static readonly Admission DisabledUser = ApiError.Forbidden("the user of the application key is disabled");

    private readonly RefreshingCache<KeyHash, KeySnapshot> _keys;
    private readonly People _people;
    private readonly RequestLimiter _limiter;
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private readonly ConcurrentDictionary<(Guid, Guid), Principal> _principals = new();
    private int _principalCount;

    public Authenticator(IGrainFactory grains, People people, RequestLimiter limiter, IOptions<GatewayOptions> options, TimeProvider time)
    {
        var settings = options.Value;
        _people = people;
        _limiter = limiter;
        _time = time;
        _capacity = settings.CachedKeys;
        _keys = new RefreshingCache<KeyHash, KeySnapshot>(
            (hash, cancellationToken) => grains.GetGrain<IKeyGrain>(hash.ToString()).GetAsync(cancellationToken),
            new CacheBounds(settings.KeyTimeToLive, settings.CachedKeys, settings.CachedUnknownKeys, settings.ConcurrentKeyLookups),
            time);
    }

    /// <summary>Establishes the caller, or says why not. Completes at once when the keys are known.</summary>
    public async ValueTask<Admission> AdmitAsync(IHeaderDictionary headers, AccessRule rule)
    {
        var now = _time.GetUtcNow();
        string? apiKeyText = headers[ApiKeyHeader];
        if (string.IsNullOrEmpty(apiKeyText))
        {
            return headers.Authorization.Count == 0 ? NoApiKey : BearerToken;
        }

        if (await FindAsync(apiKeyText) is not { Kind: KeyKind.Api } apiKey)
        {
            return UnknownApiKey;
        }

        if (!apiKey.IsUsable(now))
        {
            return StaleApiKey;
        }

        if (!rule.NeedsUser)
        {
            return PrincipalOf(apiKey, null, null);
        }

        string? applicationKeyText = headers[ApplicationKeyHeader];
        if (string.IsNullOrEmpty(applicationKeyText))
        {
            return NoApplicationKey;
        }

        // A key of another organisation is as unknown here as one that never was.
        if (await FindAsync(applicationKeyText) is not { Kind: KeyKind.Application, UserId: { } userId } applicationKey
            || applicationKey.OrgId != apiKey.OrgId)
        {
            return UnknownApplicationKey;
        }

        if (!applicationKey.IsUsable(now))
        {
            return StaleApplicationKey;
        }

        return await _people.FindAsync(apiKey.OrgId, userId) is { Disabled: false } user
            ? PrincipalOf(apiKey, applicationKey, user)
            : DisabledUser;
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private ValueTask<KeySnapshot?> FindAsync(string key) =>
        KeyHash.TryOf(key, out var hash) ? _keys.GetAsync(hash, CancellationToken.None) : default;

    private Principal PrincipalOf(KeySnapshot apiKey, KeySnapshot? applicationKey, UserSnapshot? user)
    {
        var id = (apiKey.Id, applicationKey?.Id ?? Guid.Empty);
        if (_principals.TryGetValue(id, out var known)
            && ReferenceEquals(known.ApiKey, apiKey)
            && ReferenceEquals(known.ApplicationKey, applicationKey)
            && ReferenceEquals(known.User, user))
        {
            return known;
        }

        var principal = new Principal(
            apiKey,
            applicationKey,
            user,
            user is null ? default : PermissionSet.Of(user, applicationKey!.Scopes),
            _limiter.BudgetOf(apiKey, applicationKey));
        if (known is null && Interlocked.Increment(ref _principalCount) > _capacity)
        {
            _principals.Clear();
            Volatile.Write(ref _principalCount, 1);
        }

        _principals[id] = principal;
        return principal;
    }
}

/// <summary>Either the caller, or why the request is not let in.</summary>
internal readonly record struct Admission(Principal? Principal, ApiError? Refusal)
{
    public static implicit operator Admission(Principal principal) => new(principal, null);

    public static implicit operator Admission(ApiError refusal) => new(null, refusal);
}
