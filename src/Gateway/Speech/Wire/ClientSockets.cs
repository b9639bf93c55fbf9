using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Switchboard.Gateway.Speech.Wire;

/// <summary>Accepts WebSockets of live streams.</summary>
internal static class ClientSockets
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3

    /// <summary>How often a client is given a sign of life.</summary>
    public static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Answers an upgrade that is known to be one: upon the connection's own pipes over HTTP/1.1, otherwise (HTTP/2, another server) as the
    /// framework does.
    /// </summary>
    public static async Task<WebSocket> AcceptAsync(HttpContext http, string? subProtocol)
    {
        if (http.Features.Get<IConnectionTransportFeature>() is not { } connection
            || http.Features.Get<IConnectionLifetimeFeature>() is not { } life
            || http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            return await http.WebSockets.AcceptWebSocketAsync(
                new WebSocketAcceptContext { SubProtocol = subProtocol, KeepAliveInterval = AliveInterval });
        }

        var headers = http.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(http.Request.Headers.SecWebSocketKey.ToString());
        if (subProtocol is not null)
        {
            headers.SecWebSocketProtocol = subProtocol;
        }

        await upgrade.UpgradeAsync();
        return new ClientSocket(connection.Transport, subProtocol, life.Abort);
    }

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // the hash that RFC 6455 prescribes
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key.Trim() + Guid)));
#pragma warning restore CA5350
    }
}
