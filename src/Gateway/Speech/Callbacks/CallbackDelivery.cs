using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Files;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.PublicAddresses;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>Sends answers to the addresses that clients named, signed with their organisation's secret when it has made one.</summary>
internal sealed class CallbackDelivery : IDisposable
{
    private readonly CallbackParts _parts;
    private readonly GuardedConnector _connector;
    private readonly DeliveryHttp _http;
    private readonly TimeProvider _time;

    public CallbackDelivery(CallbackParts parts, IOptions<CallbackOptions> options, IOptions<SpeechFileOptions> files, TimeProvider time)
    {
        (_parts, _time) = (parts, time);
        _connector = new GuardedConnector(
            files.Value.AllowPrivateAddresses, "Speech:Files:AllowPrivateAddresses", static (host, token) => Dns.GetHostAddressesAsync(host, token));
        _http = new DeliveryHttp(_connector, options.Value.Timeout, time);
    }

    /// <summary>Looks at an address that will be called later.</summary>
    /// <exception cref="AddressRefusedException">It may not be called.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Its name has no address now.</exception>
    public async Task CheckAsync(Uri callback, CancellationToken cancellationToken) =>
        _ = await _connector.AddressesOfAsync(callback.IdnHost, cancellationToken);

    /// <summary>Makes one attempt.</summary>
    /// <exception cref="InvalidOperationException">The organisation's secret cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up: whether the receiver got it is not known.</exception>
    public async Task<AttemptResult> SendAsync(CallbackJob job, ListenParameters parameters, CancellationToken cancellationToken)
    {
        var result = job.Result ?? throw new ArgumentException($"The callback of request {job.RequestId} has nothing to deliver.", nameof(job));
        var callback = parameters.Callback ?? throw new ArgumentException($"Request {job.RequestId} names no callback.", nameof(parameters));
        var now = _time.GetUtcNow();
        var timestamp = now.ToUnixTimeSeconds();
        var headers = new List<(string, string)>
        {
            ("dg-request-id", job.RequestId.ToString()),
            ("dg-token", job.KeyId.ToString()), // the key's id, which is no secret
            (DeliveryHeaders.DeliveryId, job.RequestId.ToString()),
            (DeliveryHeaders.Attempt, job.Attempts.ToString(CultureInfo.InvariantCulture)),
            (DeliveryHeaders.Timestamp, timestamp.ToString(CultureInfo.InvariantCulture)),
            ("User-Agent", "Switchboard-Callbacks/1"),
        };
        if (CallbackAddress.Authorization(callback) is { } authorization)
        {
            headers.Add(("Authorization", authorization));
        }

        if (await SecretsAsync(job.OrgId, now, cancellationToken) is { Count: > 0 } secrets)
        {
            headers.Add((DeliveryHeaders.Signature, DeliverySignature.Of(secrets, timestamp, result.Body.Span)));
        }

        var method = parameters.CallbackMethod == "PUT" ? HttpMethod.Put : HttpMethod.Post;
        return await _http.SendAsync(method, CallbackAddress.WithoutPassword(callback), result.Body, result.ContentType, headers, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<List<string>> SecretsAsync(Guid orgId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var secrets = new List<string>();
        if (await _parts.Jobs.FindSecretAsync(orgId, cancellationToken) is { } kept)
        {
            secrets.Add(_parts.Box.Open(orgId, kept.Secret));
            if (kept.Previous is { } previous && kept.PreviousUntil > now)
            {
                secrets.Add(_parts.Box.Open(orgId, previous));
            }
        }

        return secrets;
    }
}
