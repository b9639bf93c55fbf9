using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Pools;
using Switchboard.Speech.Pools.Wires;

namespace Switchboard.Speech.Tests.Pools;

public sealed class EngineWireTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public EngineWireTests() => _listener.Start();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Uri Address => new($"ws://{_listener.LocalEndpoint}/v1/listen?model=a%20b");

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task The_frameworks_server_understands_it_and_is_understood()
    {
        using var wires = Wires();
        var (wire, server) = await OpenAsync(wires);
        using (wire)
        using (server)
        {
            foreach (var length in new[] { 1, 125, 126, 65_535, 65_536, 3_000_000 })
            {
                var sent = Bytes(length);
                var sending = wire.SendAsync(FrameKind.Binary, sent, Stop).AsTask();
                (await ReceiveAsync(server)).ShouldBe(sent, $"{length} bytes to the node");
                await sending;

                // In three parts: the node's messages need not come in one frame.
                var answering = AnswerAsync(server, sent);
                var answer = (await wire.ReceiveAsync(Stop)).ShouldNotBeNull();
                answer.IsText.ShouldBeTrue();
                answer.Payload.ToArray().ShouldBe(sent, $"{length} bytes from the node");
                await answering;
            }

            await server.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "DATA-0000", Stop);
            (await wire.ReceiveAsync(Stop)).ShouldBeNull();
            (wire.CloseCode, wire.CloseReason).ShouldBe((1008, "DATA-0000"));
        }
    }

    [Fact]
    public async Task What_a_node_does_not_read_yet_comes_whole_and_in_order()
    {
        using var wires = Wires();
        var (wire, server) = await OpenAsync(wires);
        using (wire)
        using (server)
        {
            var sending = new List<Task>();
            for (var number = 0; number < 400; number++)
            {
                sending.Add(wire.SendAsync(FrameKind.Binary, Enumerable.Repeat((byte)number, 50_000).ToArray(), Stop).AsTask());
            }

            sending[^1].IsCompleted.ShouldBeFalse("20 MB do not fit into a socket");
            for (var number = 0; number < 400; number++)
            {
                var message = await ReceiveAsync(server);
                message.Length.ShouldBe(50_000);
                message.ShouldAllBe(one => one == (byte)number);
            }

            await Task.WhenAll(sending);
        }
    }

    [Fact]
    public async Task A_nodes_ping_is_answered_and_what_came_with_the_upgrade_is_not_lost()
    {
        using var wires = Wires();
        var accepting = AcceptAsync(static accept => $"{Agreed(accept)}\u0089\u0003abc\u0081\u0002{{}}");
        using var wire = await wires.ConnectAsync("node", Address, [], Stop);
        using var connection = (await accepting).Connection;

        Encoding.ASCII.GetString((await wire.ReceiveAsync(Stop)).ShouldNotBeNull().Payload.Span).ShouldBe("{}");

        var pong = new byte[9];
        await connection.GetStream().ReadExactlyAsync(pong, Stop);
        FrameHeader.TryRead(pong, out var header, out var size).ShouldBeTrue();
        FrameHeader.Apply(pong.AsSpan(size), pong.AsSpan(size), header.Mask.ShouldNotBeNull(), 0);
        (header.Kind, Encoding.ASCII.GetString(pong.AsSpan(size))).ShouldBe((FrameKind.Pong, "abc"));
    }

    [Fact]
    public async Task A_refusal_is_told_with_its_status_and_reason()
    {
        using var wires = Wires();
        var accepting = AcceptAsync(static _ => "HTTP/1.1 503 Service Unavailable\r\ndg-error: all decoders are busy\r\nContent-Length: 0\r\n\r\n");

        var refused = await Should.ThrowAsync<UpgradeRefusedException>(wires.ConnectAsync("node", Address, [new("Authorization", "Token k")], Stop));

        (refused.Status, refused.Said).ShouldBe((503, "all decoders are busy"));
        var (connection, request) = await accepting;
        connection.Dispose();
        request.ShouldStartWith("GET /v1/listen?model=a%20b HTTP/1.1\r\n");
        request.ShouldContain($"\r\nHost: {_listener.LocalEndpoint}\r\n");
        request.ShouldContain("\r\nAuthorization: Token k\r\n");
    }

    public static TheoryData<string> NoAgreements =>
    [
        "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: bm90IHRoaXM=\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
        "HTTP/1.1 hello\r\n\r\n",
        new string('x', 40_000),
    ];

    [Theory]
    [MemberData(nameof(NoAgreements), DisableDiscoveryEnumeration = true)]
    public async Task A_node_that_does_not_agree_as_a_server_does_has_failed(string answer)
    {
        using var wires = Wires();
        var accepting = AcceptAsync(_ => answer);

        await Should.ThrowAsync<EngineFailedException>(wires.ConnectAsync("node", Address, [], Stop));

        (await accepting).Connection.Dispose();
    }

    [Fact]
    public async Task A_node_that_is_silent_is_given_up_after_a_ping()
    {
        using var wires = Wires(ping: TimeSpan.FromMilliseconds(100));
        var accepting = AcceptAsync(Agreed);
        using var wire = await wires.ConnectAsync("node", Address, [], Stop);
        using var connection = (await accepting).Connection;

        var lost = await Should.ThrowAsync<Exception>(wire.ReceiveAsync(Stop).AsTask());

        (lost is IOException or SocketException or ObjectDisposedException or OperationCanceledException).ShouldBeTrue(lost.ToString());
        Stop.IsCancellationRequested.ShouldBeFalse();
    }

    private static EngineWires Wires(TimeSpan? ping = null)
    {
        var options = Options.Create(new PoolOptions { EnginePing = ping ?? TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromMinutes(1) });
        return new(options, new EngineTrust(options), TimeProvider.System);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        for (var index = 0; index < length; index++)
        {
            bytes[index] &= 0x7F; // also a text
        }

        return bytes;
    }

    private static string Agreed(string accept) =>
        $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n";

    private static async Task<byte[]> ReceiveAsync(WebSocket server)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await server.ReceiveAsync(buffer.AsMemory(), Stop);
            whole.Write(buffer.AsSpan(0, part.Count));
            if (part.EndOfMessage)
            {
                return whole.ToArray();
            }
        }
    }

    private static async Task AnswerAsync(WebSocket server, byte[] message)
    {
        var third = message.Length / 3;
        await server.SendAsync(message.AsMemory(0, third), WebSocketMessageType.Text, endOfMessage: false, Stop);
        await server.SendAsync(message.AsMemory(third, third), WebSocketMessageType.Text, endOfMessage: false, Stop);
        await server.SendAsync(message.AsMemory(2 * third), WebSocketMessageType.Text, endOfMessage: true, Stop);
    }

    private async Task<(EngineWire Wire, WebSocket Server)> OpenAsync(EngineWires wires)
    {
        var accepting = AcceptAsync(Agreed);
        var wire = await wires.ConnectAsync("node", Address, [], Stop);
        var (connection, _) = await accepting;
        return (wire, WebSocket.CreateFromStream(connection.GetStream(), new WebSocketCreationOptions { IsServer = true }));
    }

    private async Task<(TcpClient Connection, string Request)> AcceptAsync(Func<string, string> answer)
    {
        var connection = await _listener.AcceptTcpClientAsync(Stop);
        var request = new StringBuilder();
        for (var buffer = new byte[1024]; !request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal);)
        {
            request.Append(Encoding.ASCII.GetString(buffer, 0, await connection.GetStream().ReadAsync(buffer, Stop)));
        }

        const string Name = "Sec-WebSocket-Key: ";
        var text = request.ToString();
        var at = text.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
        var key = text[at..text.IndexOf("\r\n", at, StringComparison.Ordinal)];
#pragma warning disable CA5350 // the hash that RFC 6455 prescribes
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(answer(accept)), Stop);
        return (connection, text);
    }
}
