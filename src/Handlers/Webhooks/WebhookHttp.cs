using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.PublicAddresses;

namespace Switchboard.Handlers.Webhooks;

/// <summary>Posts deliveries of webhooks.</summary>
internal sealed class WebhookHttp : IDisposable
{
    private readonly DeliveryHttp _http;

    public WebhookHttp(IOptions<WebhookOptions> options, TimeProvider time)
        : this(options, time, static (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken))
    {
    }

    internal WebhookHttp(
        IOptions<WebhookOptions> options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve) =>
        _http = new DeliveryHttp(
            new GuardedConnector(options.Value.AllowPrivateAddresses, "Webhooks:AllowPrivateAddresses", resolve), options.Value.Timeout, time);

    /// <summary>Makes one attempt. Whatever goes wrong is part of the answer.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up: whether the receiver got it is not known.</exception>
    public Task<AttemptResult> PostAsync(Uri url, byte[] body, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellationToken) =>
        _http.SendAsync(HttpMethod.Post, url, body, "application/json", headers, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
