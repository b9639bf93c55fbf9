using System.Net.Sockets;
using Switchboard.Gateway.Tests.Grpc.Protos;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>The four kinds of calls, metadata and statuses. Each test has a server of its own.</summary>
public sealed class CallTests
{
    private const string Echo = "/switchboard.test.v1.Echo/";

    [Fact]
    public async Task A_silent_connection_is_asked_whether_it_lives()
    {
        await using var server = await RpcServer.StartAsync(("Grpc:KeepAlivePing", "00:00:01"));
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Http2.Host, server.Http2.Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray(), TestContext.Current.CancellationToken);
        var header = new byte[9];
        do
        {
            await stream.ReadExactlyAsync(header, TestContext.Current.CancellationToken);
            await stream.ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]], TestContext.Current.CancellationToken);
        }
        while (header[3] != 6); // until a PING, which is asked and not answered
        header[4].ShouldBe((byte)0);
    }

    [Fact]
    public async Task One_message_is_answered_with_one()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Text = "grüß" });
        answer.Status.ShouldBe(0);
        answer.Messages(EchoReply.Parser).Single().Text.ShouldBe("grüß");
        answer.TrailersOnly.ShouldBeFalse();
        answer.Header("grpc-accept-encoding").ShouldBe("identity,gzip,deflate");
    }

    [Fact]
    public async Task Many_messages_are_answered_with_one()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(
            Echo + "Collect", Enumerable.Range(0, 100).Select(i => new EchoRequest { Text = $"{i}" }));
        answer.Messages(EchoReply.Parser).Single().Text.ShouldBe(string.Join(',', Enumerable.Range(0, 100)));
        (await server.Client.CallAsync(Echo + "Collect", [])).Messages(EchoReply.Parser).Single().Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_message_is_answered_with_many()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(Echo + "Repeat", new EchoRequest { Text = "a", Times = 3 });
        answer.Messages(EchoReply.Parser).Select(reply => reply.Text).ShouldBe(["a0", "a1", "a2"]);
        answer.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Each_message_is_answered_while_the_client_goes_on_sending()
    {
        await using var server = await RpcServer.StartAsync();
        using var body = new OpenBody();
        var opening = server.Client.OpenAsync(Echo + "Chat", body);
        Stream? answers = null;
        for (var i = 0; i < 3; i++)
        {
            await body.WriteAsync(RpcClient.Frame(new EchoRequest { Text = $"m{i}" }.ToBytes()));
            answers ??= await (await opening).Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            var frame = new byte[RpcClient.Frame(new EchoReply { Text = $"m{i}" }.ToBytes()).Length];
            await answers.ReadExactlyAsync(frame, TestContext.Current.CancellationToken);
            RpcAnswer.FramesOf(frame).Single().Bytes.ShouldBe(new EchoReply { Text = $"m{i}" }.ToBytes());
        }

        body.Complete();
        (await answers!.ReadAsync(new byte[1], TestContext.Current.CancellationToken)).ShouldBe(0);
        (await opening).TrailingHeaders.GetValues("grpc-status").Single().ShouldBe("0");
    }

    [Fact]
    public async Task Metadata_goes_both_ways_with_bytes_that_need_no_padding()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(
            Echo + "Unary", new EchoRequest { Mischief = "metadata" }, ("x-ask", "why"), ("x-ask-bin", "AP8"));
        answer.Header("x-first").ShouldBe("1");
        answer.Header("x-raw-bin").ShouldBe("AP8H");
        answer.Trailer("x-last").ShouldBe("why");
        answer.Trailer("x-echo-bin").ShouldBe("AP8");
    }

    [Fact]
    public async Task A_refusal_before_any_message_comes_with_the_headers()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Mischief = "refuse" });
        answer.TrailersOnly.ShouldBeTrue();
        answer.Status.ShouldBe(5);
        answer.Message.ShouldBe("kein Fall %E2%80%9Ex%E2%80%9C 100%25%0A");
        answer.Trailer("x-why").ShouldBe("none");
        var details = answer.Trailer("grpc-status-details-bin")!;
        Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '='))).Message.ShouldBe("rich");
    }

    [Fact]
    public async Task A_refusal_after_messages_comes_in_trailers()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(Echo + "Repeat", new EchoRequest { Text = "a", Times = 2, Mischief = "refuse" });
        answer.TrailersOnly.ShouldBeFalse();
        answer.Frames.Count.ShouldBe(2);
        (answer.Status, answer.Message).ShouldBe((10, "after some"));
    }

    [Fact]
    public async Task An_exception_tells_the_client_nothing_of_the_inside()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Mischief = "throw" });
        answer.Status.ShouldBe(2);
        answer.Message!.ShouldNotContain("inside of the server");
        server.Log.Lines.ShouldContain(line => line.Contains("switchboard.test.v1.Echo/Unary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_status_that_the_method_sets_is_sent_without_a_message()
    {
        await using var server = await RpcServer.StartAsync();
        var answer = await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Mischief = "status" });
        (answer.Status, answer.Message, answer.Frames.Count).ShouldBe((15, "set", 0));
    }

    [Fact]
    public async Task A_refusal_ends_a_call_whose_client_still_sends()
    {
        await using var server = await RpcServer.StartAsync();
        using var body = new OpenBody();
        var opening = server.Client.OpenAsync(Echo + "Collect", body);
        await body.WriteAsync(RpcClient.Frame(new EchoRequest { Mischief = "stop" }.ToBytes()));
        using var response = await opening;
        (await RpcAnswer.ReadAsync(response)).Status.ShouldBe(10);
        body.Complete();
    }

    [Fact]
    public async Task An_unknown_method_and_an_unknown_service_are_unimplemented()
    {
        await using var server = await RpcServer.StartAsync();
        (await server.Client.CallAsync(Echo + "Nothing", new EchoRequest())).Status.ShouldBe(12);
        (await server.Client.CallAsync("/switchboard.test.v1.None/Unary", new EchoRequest())).Status.ShouldBe(12);
    }

    [Fact]
    public async Task A_class_that_lacks_a_method_is_told_at_the_start()
    {
        await using var server = await RpcServer.StartAsync();
        Should.Throw<InvalidOperationException>(() => Gateway.Grpc.Binding.RpcService.Of(EchoReflection.Descriptor.Services[0], new object()))
            .Message.ShouldContain("Unary(EchoRequest, ServerCallContext)");
    }
}
