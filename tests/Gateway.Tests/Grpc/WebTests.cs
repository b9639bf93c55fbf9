using System.Net.Http.Headers;
using System.Text;
using Switchboard.Gateway.Tests.Grpc.Protos;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>gRPC-Web over HTTP/1.1, and which pages may use it. Each test has a server of its own.</summary>
public sealed class WebTests
{
    private const string Echo = "/switchboard.test.v1.Echo/";

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web+proto")]
    public async Task A_call_in_binary_ends_with_a_frame_of_trailers(string mediaType)
    {
        await using var server = await RpcServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Http1 };
        var frames = await SendAsync(client, "Repeat", mediaType, RpcClient.Frame(new EchoRequest { Text = "a", Times = 2 }.ToBytes()));
        frames.Select(frame => frame.Flag).ShouldBe([0, 0, 0x80]);
        EchoReply.Parser.ParseFrom(frames[1].Bytes).Text.ShouldBe("a1");
        Encoding.ASCII.GetString(frames[2].Bytes).ShouldBe("grpc-status: 0\r\n");
        (await SendAsync(client, "Unary", mediaType, RpcClient.Frame(new EchoRequest { Text = "b" }.ToBytes()))).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_in_base64_may_be_padded_after_each_message(bool whole)
    {
        await using var server = await RpcServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Http1 };
        var parts = Enumerable.Range(0, 2000).Select(i => RpcClient.Frame(new EchoRequest { Text = $"{i}" }.ToBytes())).ToList();
        var text = whole ? Convert.ToBase64String([.. parts.SelectMany(part => part)]) : string.Concat(parts.Select(Convert.ToBase64String));
        var frames = await SendAsync(client, "Collect", "application/grpc-web-text", Encoding.ASCII.GetBytes(text));
        EchoReply.Parser.ParseFrom(frames[0].Bytes).Text.ShouldBe(string.Join(',', Enumerable.Range(0, 2000)));
        frames[^1].Flag.ShouldBe((byte)0x80);
    }

    [Theory]
    [InlineData("AAAA!")]
    [InlineData("AAAAAA")]
    public async Task A_body_that_is_no_base64_is_an_error(string text)
    {
        await using var server = await RpcServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Http1 };
        using var response = await PostAsync(client, "Unary", "application/grpc-web-text", Encoding.ASCII.GetBytes(text));
        response.Headers.GetValues("grpc-status").Single().ShouldBe("13");
    }

    [Fact]
    public async Task A_refusal_comes_with_the_headers()
    {
        await using var server = await RpcServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Http1 };
        using var response = await PostAsync(
            client, "Unary", "application/grpc-web", RpcClient.Frame(new EchoRequest { Mischief = "refuse" }.ToBytes()));
        response.Headers.GetValues("grpc-status").Single().ShouldBe("5");
    }

    [Fact]
    public async Task The_native_protocol_is_not_spoken_over_HTTP_1()
    {
        await using var server = await RpcServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Http1 };
        using var response = await PostAsync(client, "Unary", "application/grpc", []);
        ((int)response.StatusCode).ShouldBe(426);
        using var other = await PostAsync(client, "Unary", "application/json", []);
        ((int)other.StatusCode).ShouldBe(415);
    }

    [Fact]
    public async Task No_page_of_another_origin_may_call_unless_it_is_named()
    {
        await using var closed = await RpcServer.StartAsync();
        using var client = new HttpClient { BaseAddress = closed.Http1 };
        (await PreflightAsync(client, "https://desk.example")).ShouldBe((403, null));

        await using var open = await RpcServer.StartAsync(("Grpc:WebOrigins:0", "https://desk.example"));
        using var openClient = new HttpClient { BaseAddress = open.Http1 };
        (await PreflightAsync(openClient, "https://desk.example")).ShouldBe((204, "https://desk.example"));
        (await PreflightAsync(openClient, "https://other.example")).ShouldBe((403, null));
        openClient.DefaultRequestHeaders.Add("Origin", "https://desk.example");
        using var response = await PostAsync(openClient, "Unary", "application/grpc-web", RpcClient.Frame(new EchoRequest().ToBytes()));
        response.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe("https://desk.example");
        response.Headers.GetValues("Access-Control-Expose-Headers").Single().ShouldContain("grpc-status");
    }

    private static async Task<(int Status, string? Allowed)> PreflightAsync(HttpClient client, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Echo + "Unary");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
    }

    private static async Task<IReadOnlyList<(byte Flag, byte[] Bytes)>> SendAsync(HttpClient client, string method, string mediaType, byte[] body)
    {
        using var response = await PostAsync(client, method, mediaType, body);
        ((int)response.StatusCode).ShouldBe(200);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        if (!mediaType.Contains("text", StringComparison.Ordinal))
        {
            return RpcAnswer.FramesOf(bytes);
        }

        // Pieces of base64 one after another, each with its own padding.
        var decoded = new List<byte>();
        for (var i = 0; i < bytes.Length; i += 4)
        {
            decoded.AddRange(Convert.FromBase64String(Encoding.ASCII.GetString(bytes, i, 4)));
        }

        return RpcAnswer.FramesOf(decoded.ToArray());
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string method, string mediaType, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return client.PostAsync(Echo + method, content, TestContext.Current.CancellationToken);
    }
}
