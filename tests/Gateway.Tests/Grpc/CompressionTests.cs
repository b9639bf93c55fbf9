using System.IO.Compression;
using Switchboard.Gateway.Tests.Grpc.Protos;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>Compressed messages and the limits of their size. Each test has a server of its own.</summary>
public sealed class CompressionTests
{
    private const string Unary = "/switchboard.test.v1.Echo/Unary";

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_message_is_read(string encoding)
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await SendAsync(server, Pack(encoding, new EchoRequest { Text = "packed" }.ToBytes()), 1, encoding);
        answer.Messages(EchoReply.Parser).Single().Text.ShouldBe("packed");
    }

    [Fact]
    public async Task A_large_answer_is_compressed_for_a_client_that_takes_it_and_only_then()
    {
        await using var server = await RpcServer.StartAsync();
        var large = new EchoRequest { Mischief = "large", Times = 100_000 };
        var packed = await server.Client.CallAsync(Unary, large, ("grpc-accept-encoding", "identity, gzip"));
        packed.Header("grpc-encoding").ShouldBe("gzip");
        packed.Frames.Single().Flag.ShouldBe((byte)1);
        packed.Frames.Single().Bytes.Length.ShouldBeLessThan(2_000);
        using var unpacking = new GZipStream(new MemoryStream(packed.Frames.Single().Bytes), CompressionMode.Decompress);
        EchoReply.Parser.ParseFrom(unpacking).Text.Length.ShouldBe(100_000);

        var plain = await server.Client.CallAsync(Unary, large);
        (plain.Header("grpc-encoding"), plain.Frames.Single().Flag).ShouldBe((null, (byte)0));
        var small = await server.Client.CallAsync(Unary, new EchoRequest { Text = "a" }, ("grpc-accept-encoding", "gzip"));
        small.Frames.Single().Flag.ShouldBe((byte)0);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_before_it_is_read()
    {
        await using var server = await RpcServer.StartAsync(("Grpc:MaxReceiveBytes", "1024"));
        (await server.Client.CallAsync(Unary, new EchoRequest { Text = new string('x', 1000) })).Status.ShouldBe(0);
        (await server.Client.CallAsync(Unary, new EchoRequest { Text = new string('x', 2000) })).Status.ShouldBe(8);
    }

    [Fact]
    public async Task A_small_message_that_unpacks_to_a_huge_one_is_refused()
    {
        await using var server = await RpcServer.StartAsync(("Grpc:MaxReceiveBytes", "65536"));
        var bomb = Pack("gzip", new byte[4_000_000]);
        var answer = await SendAsync(server, bomb, 1, "gzip");
        (answer.Status, bomb.Length < 65_536).ShouldBe((8, true));
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_an_error_and_not_a_part()
    {
        await using var server = await RpcServer.StartAsync(("Grpc:MaxSendBytes", "1024"));
        var answer = await server.Client.CallAsync(Unary, new EchoRequest { Mischief = "large", Times = 5000 });
        (answer.Status, answer.Frames.Count).ShouldBe((8, 0));
    }

    [Fact]
    public async Task An_encoding_that_is_not_known_is_refused_with_those_that_are()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await SendAsync(server, [1, 2, 3], 1, "brotli");
        (answer.Status, answer.Header("grpc-accept-encoding")).ShouldBe((12, "identity,gzip,deflate"));
    }

    [Fact]
    public async Task A_compressed_message_of_a_call_that_names_no_encoding_is_an_error()
    {
        await using var server = await RpcServer.StartAsync();
        (await SendAsync(server, Pack("gzip", new EchoRequest().ToBytes()), 1, null)).Status.ShouldBe(13);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Garbage_and_cut_off_compression_are_errors(string encoding)
    {
        await using var server = await RpcServer.StartAsync();
        var whole = Pack(encoding, new EchoRequest { Text = string.Concat(Enumerable.Range(0, 500)) }.ToBytes());
        (await SendAsync(server, whole[..(whole.Length / 2)], 1, encoding)).Status.ShouldBe(13);
        (await SendAsync(server, [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7], 1, encoding)).Status.ShouldBe(13);
    }

    private static Task<RpcAnswer> SendAsync(RpcServer server, byte[] message, byte flag, string? encoding) =>
        server.Client.SendAsync(
            Unary, new ByteArrayContent(RpcClient.Frame(message, flag)), encoding is null ? [] : [("grpc-encoding", encoding)]);

    private static byte[] Pack(string encoding, byte[] message)
    {
        using var packed = new MemoryStream();
        using (Stream packing = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest) : new ZLibStream(packed, CompressionLevel.Fastest))
        {
            packing.Write(message);
        }

        return packed.ToArray();
    }
}
