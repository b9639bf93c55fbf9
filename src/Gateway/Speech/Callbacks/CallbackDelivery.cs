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
    private readonly TimeProvider _time;

    public CallbackDelivery(CallbackParts parts, IOptions<CallbackOptions> options, IOptions<SpeechFileOptions> files, TimeProvider time)
    {
        (_parts, _time) = (parts, time);
        Connector = new GuardedConnector(
            files.Value.AllowPrivateAddresses, "Speech:Files:AllowPrivateAddresses", static (host, token) => Dns.GetHostAddressesAsync(host, token));
        Http = new DeliveryHttp(Connector, options.Value.Timeout, time);
    }

    /// <summary>What connects to receivers, and to public addresses only.</summary>
    public GuardedConnector Connector { get; }

    /// <summary>What calls them.</summary>
    public DeliveryHttp Http { get; }

    /// <summary>Looks at an address that will be called later.</summary>
    /// <exception cref="AddressRefusedException">It may not be called.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Its name has no address now.</exception>
    public async Task CheckAsync(Uri callback, CancellationToken cancellationToken) =>
        _ = await Connector.AddressesOfAsync(callback.IdnHost, cancellationToken);

    /// <summary>Makes one attempt.</summary>
    /// <exception cref="InvalidOperationException">The organisation's secret cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up: whether the receiver got it is not known.</exception>
    public async Task<AttemptResult> SendAsync(CallbackJob job, ListenParameters parameters, CancellationToken cancellationToken)
    {
        var result = job.Result ?? throw new ArgumentException($"The callback of request {job.RequestId} has nothing to deliver.", nameof(job));
        var callback = parameters.Callback ?? throw new ArgumentException($"Request {job.RequestId} names no callback.", nameof(parameters));
        var now = _time.GetUtcNow();
        var headers = new CallbackHeaders(job.RequestId, job.KeyId, callback, await SecretsAsync(job.OrgId, now, cancellationToken))
            .Of(job.RequestId.ToString(), job.Attempts, now, result.Body.Span);
        var method = parameters.CallbackMethod == "PUT" ? HttpMethod.Put : HttpMethod.Post;
        return await Http.SendAsync(method, CallbackAddress.WithoutPassword(callback), result.Body, result.ContentType, headers, cancellationToken);
    }

    /// <summary>What an organisation signs with now; nothing where it has made no secret.</summary>
    /// <exception cref="InvalidOperationException">The organisation's secret cannot be opened.</exception>
    public async ValueTask<IReadOnlyList<string>> SecretsAsync(Guid orgId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var secrets = new List<string>();
        if (_parts.AreThere && await _parts.Jobs.FindSecretAsync(orgId, cancellationToken) is { } kept)
        {
            secrets.Add(_parts.Box.Open(orgId, kept.Secret));
            if (kept.Previous is { } previous && kept.PreviousUntil > now)
            {
                secrets.Add(_parts.Box.Open(orgId, previous));
            }
        }

        return secrets;
    }

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();
}
