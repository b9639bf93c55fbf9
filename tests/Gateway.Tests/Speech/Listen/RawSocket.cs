using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>A client of the live wire that writes frames itself: pings, and what no library sends.</summary>
internal sealed class RawSocket : IDisposable
{
    private const uint Mask = 0x01020304;

    private readonly TcpClient _tcp = new() { NoDelay = true };

    /// <summary>The answer to the upgrade, in lower case.</summary>
    public string Answer { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<RawSocket> OpenAsync(SpeechServer server, string query, params string[] headers)
    {
        var socket = new RawSocket();
        await socket._tcp.ConnectAsync(server.Http.Host, server.Http.Port, Token);
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"GET /v1/listen?{query} HTTP/1.1\r\nHost: {server.Http.Authority}\r\n")
            .Append("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        foreach (var header in headers)
        {
            request.Append(header).Append("\r\n");
        }

        await socket._tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()), Token);
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await socket._tcp.GetStream().ReadExactlyAsync(one, Token);
            answer.Append((char)one[0]);
        }

        socket.Answer = answer.ToString().ToLowerInvariant();
        return socket;
    }

    public async Task SendAsync(FrameKind kind, ReadOnlyMemory<byte> payload)
    {
        var frame = new byte[FrameHeader.MostBytes + payload.Length];
        var size = FrameHeader.Write(frame, kind, payload.Length, Mask);
        FrameHeader.Apply(payload.Span, frame.AsSpan(size), Mask, 0);
        await _tcp.GetStream().WriteAsync(frame.AsMemory(0, size + payload.Length), Token);
    }

    /// <summary>The next frame.</summary>
    public async Task<(FrameKind Kind, byte[] Payload)> ReceiveAsync()
    {
        var buffer = new byte[FrameHeader.MostBytes];
        for (var length = 0; ; length++)
        {
            if (FrameHeader.TryRead(buffer.AsSpan(0, length), out var header, out _))
            {
                var payload = new byte[header.Length];
                await _tcp.GetStream().ReadExactlyAsync(payload, Token);
                return (header.Kind, payload);
            }

            await _tcp.GetStream().ReadExactlyAsync(buffer.AsMemory(length, 1), Token);
        }
    }

    public void Dispose() => _tcp.Dispose();
}
