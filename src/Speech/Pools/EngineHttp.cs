using System.Net;
using Microsoft.Extensions.Options;

namespace Switchboard.Speech.Pools;

/// <summary>The HTTP client for nodes: their addresses come from the configuration, so nothing is guarded, and nothing is followed.</summary>
internal sealed class EngineHttp : IDisposable
{
    public EngineHttp(IOptions<PoolOptions> options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.Value.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        Client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        Upgrades = new HttpMessageInvoker(handler, disposeHandler: false);
    }

    /// <summary>The client; without a time-out of its own.</summary>
    public HttpClient Client { get; }

    /// <summary>What WebSockets are opened with: without it each of them would have a pool of connections of its own.</summary>
    public HttpMessageInvoker Upgrades { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Upgrades.Dispose();
        Client.Dispose();
    }
}
