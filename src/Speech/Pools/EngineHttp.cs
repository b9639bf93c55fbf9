using System.Net;
using Microsoft.Extensions.Options;

namespace Switchboard.Speech.Pools;

/// <summary>The HTTP client for nodes: their addresses come from the configuration, so nothing is guarded, and nothing is followed.</summary>
internal sealed class EngineHttp(IOptions<PoolOptions> options, EngineTrust trust) : IDisposable
{
    /// <summary>The client; without a time-out of its own.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.Value.ConnectTimeout,
        SslOptions = new() { RemoteCertificateValidationCallback = trust.IsTrusted },
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}
