using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;

namespace Switchboard.Speech.Pools.Wires;

/// <summary>Opens WebSockets to nodes, and pings those that are silent: one clock for all of them.</summary>
internal sealed class EngineWires : IDisposable
{
    private readonly ConcurrentDictionary<EngineWire, bool> _open = new();
    private readonly TimeProvider _time;
    private readonly PoolOptions _options;
    private readonly EngineTrust _trust;
    private readonly ITimer _clock;

    public EngineWires(IOptions<PoolOptions> options, EngineTrust trust, TimeProvider time)
    {
        (_options, _trust, _time) = (options.Value, trust, time);
        var tick = TimeSpan.FromTicks(Math.Clamp(_options.EnginePing.Ticks / 4, TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerSecond));
        _clock = time.CreateTimer(static wires => ((EngineWires)wires!).Tick(), this, tick, tick);
    }

    /// <summary>Connects to a node.</summary>
    /// <param name="node">The node's name, for what is said about it.</param>
    /// <param name="address">Its address, <c>ws</c> or <c>wss</c>.</param>
    /// <param name="headers">Headers of the upgrade's request besides the protocol's own.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="UpgradeRefusedException">The node answered with another status.</exception>
    /// <exception cref="EngineFailedException">It cannot be reached, or did not answer in time or as a server does.</exception>
    public async Task<EngineWire> ConnectAsync(
        string node, Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(address.DnsSafeHost, address.Port, both.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (address.Scheme == Uri.UriSchemeWss)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = address.IdnHost,
                        RemoteCertificateValidationCallback = _trust.IsTrusted,
                        ApplicationProtocols = [SslApplicationProtocol.Http11],
                    },
                    both.Token);
            }

            var agreed = await Upgrade.AgreeAsync(stream, address, headers, both.Token);
            var wire = new EngineWire(socket, stream, agreed.Early.Span, _time, over: lost => _open.TryRemove(lost, out _)) { Warning = agreed.Warning };
            _open[wire] = true;
            return wire;
        }
        catch (Exception error)
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            throw error switch
            {
                OperationCanceledException when !cancellationToken.IsCancellationRequested =>
                    new EngineFailedException(
                        $"engine node {node} did not open a stream within {_options.ConnectTimeout} (Speech:ConnectTimeout)", error),
                SocketException or IOException or WebSocketException or AuthenticationException when error is not UpgradeRefusedException =>
                    new EngineFailedException($"engine node {node} cannot be reached: {error.Message}", error),
                _ => error,
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _clock.Dispose();

    private void Tick()
    {
        foreach (var (wire, _) in _open)
        {
            if (!wire.Tick(_options.EnginePing))
            {
                wire.Abort();
            }
        }
    }
}
