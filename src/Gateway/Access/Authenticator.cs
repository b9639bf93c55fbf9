using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Limits;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Access;

/// <summary>
/// Finds out who calls by the two keys of a request, or by a personal token that stands for both. What the key grains and user grains said is used for at most
/// <see cref="GatewayOptions.KeyTimeToLive"/>; expiry and disabling are judged at every request. Keys are neither logged nor kept.
/// </summary>
internal sealed class Authenticator : IDisposable
{
    private const string ApiKeyHeader = "DD-API-KEY";
    private const string ApplicationKeyHeader = "DD-APPLICATION-KEY";
    private const string BearerScheme = "Bearer ";

    private static readonly Admission NoApiKey = ApiError.Unauthorized(
        "the request has no API key; send it in the header DD-API-KEY and the application key in DD-APPLICATION-KEY, or a personal token as Authorization: Bearer TOKEN");

    private static readonly Admission NoApplicationKey = ApiError.Unauthorized(
        "the request has no application key; send it in the header DD-APPLICATION-KEY");

    private static readonly Admission UnknownToken = ApiError.Unauthorized(
        "the bearer token is no personal token; create one with POST /api/v2/personal_access_tokens, or send keys in DD-API-KEY and DD-APPLICATION-KEY");

    private static readonly Admission StaleToken = ApiError.Unauthorized("the personal token is expired, disabled or revoked");
    private static readonly Admission ForeignToken = ApiError.Unauthorized("the personal token is of another organization than the API key");

    private static readonly Admission UnknownApiKey = ApiError.Unauthorized("the API key is unknown");
    private static readonly Admission UnknownApplicationKey = ApiError.Unauthorized("the application key is unknown");
    private static readonly Admission StaleApiKey = ApiError.Unauthorized("the API key is expired, disabled or revoked");
    private static readonly Admission StaleApplicationKey = ApiError.Unauthorized("the application key is expired, disabled or revoked");
    private static readonly Admission DisabledUser = ApiError.Forbidden("the user of the key is disabled");

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
        string? applicationKeyText = headers[ApplicationKeyHeader];
        if (string.IsNullOrEmpty(apiKeyText))
        {
            return TokenOf(headers.Authorization, applicationKeyText) is { } alone ? await AdmitTokenAsync(alone, null, now) : NoApiKey;
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

        if (string.IsNullOrEmpty(applicationKeyText))
        {
            return TokenOf(headers.Authorization, null) is { } beside ? await AdmitTokenAsync(beside, apiKey, now) : NoApplicationKey;
        }

        if (applicationKeyText.StartsWith(PersonalToken.Prefix, StringComparison.Ordinal))
        {
            return await AdmitTokenAsync(applicationKeyText, apiKey, now);
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

    /// <summary>The token that a request shows: as a bearer, or where clients that know two keys put the application key.</summary>
    private static string? TokenOf(string? authorization, string? applicationKey) =>
        authorization is not null && authorization.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase) ? authorization[BearerScheme.Length..].Trim()
        : applicationKey is not null && applicationKey.StartsWith(PersonalToken.Prefix, StringComparison.Ordinal) ? applicationKey
        : null;

    private async ValueTask<Admission> AdmitTokenAsync(string text, KeySnapshot? apiKey, DateTimeOffset now)
    {
        if (await FindAsync(text) is not { Kind: KeyKind.PersonalToken, UserId: { } userId } token)
        {
            return UnknownToken;
        }

        if (!token.IsUsable(now))
        {
            return StaleToken;
        }

        if (apiKey is not null && apiKey.OrgId != token.OrgId)
        {
            return ForeignToken;
        }

        return await _people.FindAsync(token.OrgId, userId) is { Disabled: false } user ? PrincipalOf(apiKey ?? token, token, user) : DisabledUser;
    }

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
            _limiter.BudgetOf(apiKey, ReferenceEquals(apiKey, applicationKey) ? null : applicationKey));
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
