using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Sockets;
using Switchboard.Gateway.Tests.Grpc.Protos;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>Nonsense in every layer of the protocol: the right status, no crash, no memory for what is only claimed. One server.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const string Echo = "/switchboard.test.v1.Echo/";
    private static readonly int[] Allowed = [0, 1, 8, 12, 13];

    [Fact]
    public async Task Nonsense_in_bodies_is_answered_with_a_status_and_costs_no_more_than_was_sent()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var server = await RpcServer.StartAsync(("Grpc:MaxReceiveBytes", "65536"));
        foreach (var round in Enumerable.Range(0, 400))
        {
            var body = Mutate(random, round);
            var method = new[] { "Unary", "Collect", "Repeat", "Chat" }[random.Next(4)];
            (string, string)[] headers = random.Next(3) == 0 ? [("grpc-encoding", random.Next(2) == 0 ? "gzip" : "deflate")] : [];
            var answer = await server.Client.SendAsync(Echo + method, new ByteArrayContent(body), headers);
            Allowed.ShouldContain(answer.Status, $"round {round}: {method} {Convert.ToHexString(body.AsSpan(0, Math.Min(64, body.Length)))}: {answer.Message}");
        }

        (await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Text = "still there" })).Status.ShouldBe(0);
        server.Log.Lines.ShouldNotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Huge_lengths_that_are_only_claimed_take_no_memory()
    {
        await using var server = await RpcServer.StartAsync(("Grpc:MaxReceiveBytes", "268435456"));
        var claim = new byte[] { 0, 0x0F, 0xFF, 0xFF, 0xFF, 1, 2, 3 };
        await server.Client.SendAsync(Echo + "Collect", new ByteArrayContent(claim));
        var before = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < 50; i++)
        {
            (await server.Client.SendAsync(Echo + "Collect", new ByteArrayContent(claim))).Status.ShouldBe(13);
        }

        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(64 * 1024 * 1024);
    }

    [Fact]
    public async Task A_flood_of_headers_is_refused_and_the_next_call_is_served()
    {
        await using var server = await RpcServer.StartAsync();
        var flood = Enumerable.Range(0, 200).Select(i => ($"x-flood-{i}", new string('x', 100))).ToArray();
        await Should.ThrowAsync<Exception>(() => server.Client.CallAsync(Echo + "Unary", new EchoRequest(), flood));
        (await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Text = "next" })).Status.ShouldBe(0);
    }

    [Fact]
    public async Task Nonsense_instead_of_frames_ends_the_connection_and_no_other()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var server = await RpcServer.StartAsync();
        for (var round = 0; round < 60; round++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(server.Http2.Host, server.Http2.Port, TestContext.Current.CancellationToken);
            var bytes = new byte[random.Next(4, 2000)]; // the start of a frame is written over below
            random.NextBytes(bytes);
            if (round % 2 == 0)
            {
                // A true beginning (preface and empty settings), so that what follows is taken for frames.
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.CopyTo(bytes = [.. new byte[33], .. bytes]);
                bytes[33] = 0;
                bytes[34] = (byte)random.Next(8);
                bytes[36] = (byte)random.Next(12);
            }

            var stream = socket.GetStream();
            try
            {
                await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
                socket.Client.Shutdown(SocketShutdown.Send);
                await stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                // Reset instead of closed.
            }
        }

        (await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Text = "still there" })).Status.ShouldBe(0);
    }

    private static byte[] Mutate(Random random, int round)
    {
        var message = new EchoRequest { Text = new string('x', random.Next(1, 200)), Times = random.Next(3) }.ToBytes();
        var frame = RpcClient.Frame(message);
        switch (round % 8)
        {
            case 0: // anything
                var anything = new byte[random.Next(300)];
                random.NextBytes(anything);
                return anything;
            case 1: // another flag
                frame[0] = (byte)random.Next(256);
                return frame;
            case 2: // another length
                BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), random.Next());
                return frame;
            case 3: // cut off
                return frame[..random.Next(frame.Length)];
            case 4: // a flipped bit
                frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                return frame;
            case 5: // compressed, then damaged
                var packed = Pack(message);
                packed[random.Next(packed.Length)] ^= (byte)(1 << random.Next(8));
                return RpcClient.Frame(packed, 1);
            case 6: // one bomb
                return RpcClient.Frame(Pack(new byte[random.Next(1, 10_000_000)]), 1);
            default: // several, the last of which is damaged
                return [.. frame, .. frame, .. frame[..random.Next(1, frame.Length)]];
        }
    }

    private static byte[] Pack(byte[] message)
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest))
        {
            packing.Write(message);
        }

        return packed.ToArray();
    }
}
