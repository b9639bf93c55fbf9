using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Limits;
using Switchboard.Grains.Intake;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Intake;

/// <summary>
/// Lets senders of alerts in by the keys of their integrations. What is known about one is used for at most
/// <see cref="GatewayOptions.KeyTimeToLive"/>. Keys are neither logged nor kept.
/// </summary>
internal sealed class SenderKeys : IDisposable
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    private static readonly Admission _noKey = ApiError.Unauthorized(
        "the request has no integration key; send it as Authorization: Bearer KEY, as the password of basic authentication, in DD-API-KEY, or as ?key=KEY");

    private static readonly Admission _unknown = ApiError.Unauthorized("the integration key is unknown");
    private static readonly Admission _disabled = ApiError.Unauthorized("the integration is switched off");

    private readonly RefreshingCache<KeyHash, Principal> _senders;

    public SenderKeys(IIntegrations integrations, RequestLimiter limiter, IOptions<GatewayOptions> options, TimeProvider time)
    {
        var settings = options.Value;
        _senders = new RefreshingCache<KeyHash, Principal>(
            async (hash, cancellationToken) => await integrations.FindByKeyAsync(hash.ToString(), cancellationToken) is { } found ? PrincipalOf(found, limiter) : null,
            new CacheBounds(settings.KeyTimeToLive, settings.CachedKeys, settings.CachedUnknownKeys, settings.ConcurrentKeyLookups),
            time);
    }

    /// <summary>Establishes the sender by the request's headers or query, or says why not.</summary>
    public ValueTask<Admission> AdmitAsync(ApiRequest request) => AdmitAsync(KeyOf(request.Http.Request));

    /// <summary>Establishes the sender by a key, or says why not.</summary>
    public async ValueTask<Admission> AdmitAsync(string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return _noKey;
        }

        if (!KeyHash.TryOf(key, out var hash) || await _senders.GetAsync(hash, CancellationToken.None) is not { } principal)
        {
            return _unknown;
        }

        return principal.Sender!.Enabled ? principal : _disabled;
    }

    /// <summary>The key that a request carries, or null.</summary>
    public static string? KeyOf(HttpRequest request)
    {
        string? authorization = request.Headers.Authorization;
        if (authorization is not null)
        {
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim()
                : authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) ? PasswordOf(authorization[Basic.Length..].Trim())
                : null;
        }

        string? header = request.Headers["DD-API-KEY"];
        return string.IsNullOrEmpty(header) ? (string?)request.Query["key"] : header;
    }

    /// <inheritdoc/>
    public void Dispose() => _senders.Dispose();

    private static string? PasswordOf(string credentials)
    {
        var bytes = new byte[256];
        if (credentials.Length > bytes.Length || !Convert.TryFromBase64String(credentials, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }

    private static Principal PrincipalOf(Integration integration, RequestLimiter limiter)
    {
        var key = new KeySnapshot
        {
            OrgId = integration.OrgId,
            Id = integration.Id,
            Version = 1,
            Kind = KeyKind.Api,
            Hash = "",
            Prefix = "",
            Last4 = integration.KeyHint,
            Name = integration.Name,
            CreatedAt = integration.CreatedAt,
            RequestsPerSecond = integration.RequestsPerSecond,
        };
        return new Principal(key, null, null, default, limiter.BudgetOf(key, null)) { Sender = integration };
    }
}
