using Switchboard.Gateway.Tests.Grpc.Protos;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>Deadlines and cancellation. Each test has a server of its own, whose clock stands still.</summary>
public sealed class DeadlineTests
{
    private const string Echo = "/switchboard.test.v1.Echo/";

    [Fact]
    public async Task A_deadline_cancels_the_method_and_answers_for_it()
    {
        await using var server = await RpcServer.StartAsync();
        var calling = server.Client.CallAsync(Echo + "Unary", new EchoRequest { Mischief = "wait" }, ("grpc-timeout", "5S"));
        await server.Echo.Entered;
        server.Time.Advance(TimeSpan.FromSeconds(4.9));
        server.Echo.Cancelled.IsCompleted.ShouldBeFalse();
        server.Time.Advance(TimeSpan.FromSeconds(0.2));
        await server.Echo.Cancelled;
        (await calling).Status.ShouldBe(4);
    }

    [Fact]
    public async Task A_method_that_ignores_the_deadline_cannot_keep_the_answer_back()
    {
        await using var server = await RpcServer.StartAsync();
        var calling = server.Client.CallAsync(Echo + "Unary", new EchoRequest { Mischief = "ignore" }, ("grpc-timeout", "100m"));
        await server.Echo.Entered;
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var answer = await calling;
        (answer.Status, answer.Frames.Count).ShouldBe((4, 0));
        server.Echo.Release.SetResult();
        (await server.Client.CallAsync(Echo + "Unary", new EchoRequest { Text = "next" })).Status.ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_that_passes_its_deadline_ends_after_what_was_sent()
    {
        await using var server = await RpcServer.StartAsync();
        var calling = server.Client.CallAsync(Echo + "Repeat", new EchoRequest { Times = 2, Mischief = "wait" }, ("grpc-timeout", "2M"));
        await server.Echo.Entered;
        server.Time.Advance(TimeSpan.FromMinutes(2));
        var answer = await calling;
        (answer.Status, answer.Frames.Count).ShouldBe((4, 2));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    [InlineData("1x")]
    [InlineData("1.5S")]
    public async Task A_timeout_that_is_none_is_refused(string timeout)
    {
        await using var server = await RpcServer.StartAsync();
        (await server.Client.CallAsync(Echo + "Unary", new EchoRequest(), ("grpc-timeout", timeout))).Status.ShouldBe(13);
    }

    [Theory]
    [InlineData("99999999H")]
    [InlineData("60S")]
    [InlineData("99999999u")]
    [InlineData("1M")]
    public async Task Every_unit_is_understood(string timeout)
    {
        await using var server = await RpcServer.StartAsync();
        (await server.Client.CallAsync(Echo + "Unary", new EchoRequest(), ("grpc-timeout", timeout))).Status.ShouldBe(0);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_already_is_answered_as_such()
    {
        await using var server = await RpcServer.StartAsync();
        (await server.Client.CallAsync(Echo + "Unary", new EchoRequest(), ("grpc-timeout", "0n"))).Status.ShouldBe(4);
    }

    [Fact]
    public async Task A_client_that_cancels_cancels_the_method()
    {
        await using var server = await RpcServer.StartAsync();
        using var response = await server.Client.OpenAsync(
            Echo + "Repeat", new ByteArrayContent(RpcClient.Frame(new EchoRequest { Times = 1, Mischief = "wait" }.ToBytes())));
        await server.Echo.Entered;
        response.Dispose();
        await server.Echo.Cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_does_not_read_stops_the_writer()
    {
        await using var server = await RpcServer.StartAsync();
        using var response = await server.Client.OpenAsync(
            Echo + "Repeat", new ByteArrayContent(RpcClient.Frame(new EchoRequest { Mischief = "flood" }.ToBytes())), ("grpc-timeout", "10S"));
        await server.Echo.Entered;
        server.Time.Advance(TimeSpan.FromSeconds(11));
        await server.Echo.Cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }
}
