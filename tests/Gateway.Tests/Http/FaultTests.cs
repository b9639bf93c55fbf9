using Orleans.Runtime;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Grains.EventStore;

namespace Switchboard.Gateway.Tests.Http;

public sealed class FaultTests : IAsyncLifetime
{
    private GatewayServer _server = null!;
    private FakeOrg _org = null!;
    private Func<ApiRequest, ValueTask> _handle = static _ => default;

    public async ValueTask InitializeAsync()
    {
        _server = await GatewayServer.StartAsync([Operations.Get(request => _handle(request))]);
        _org = new FakeOrg(_server.Grains);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static TheoryData<string> Unavailabilities => [.. Faults.Keys];

    private static Dictionary<string, Exception> Faults { get; } = new()
    {
        ["storage"] = new StorageUnavailableException("connection refused by 10.1.2.3:5432 as user secret"),
        ["time-out"] = new TimeoutException("Response did not arrive on time in 00:00:30 for message secret"),
        ["engine"] = new OrleansException("secret"),
        ["cancelled"] = new OperationCanceledException("secret"),
    };

    [Theory]
    [MemberData(nameof(Unavailabilities))]
    public async Task When_the_work_cannot_be_done_now_the_client_is_told_what_to_do(string fault)
    {
        _handle = _ => throw Faults[fault];
        using var response = await GetAsync();

        var error = await response.ErrorAsync(503);
        error.Text("title").ShouldBe("Service Unavailable");
        error.Text("detail")!.ShouldContain("Idempotency-Key");
        response.Header("Retry-After").ShouldBe("2");
        (await response.TextAsync()).ShouldNotContain("secret");
    }

    [Fact]
    public async Task An_unknown_exception_is_a_500_with_the_requests_id_and_nothing_of_the_inside()
    {
        _handle = static _ => throw new InvalidOperationException("secret of the inside");
        using var response = await GetAsync();

        var error = await response.ErrorAsync(500);
        error.Text("detail")!.ShouldContain(response.Header("x-request-id")!);
        (await response.TextAsync()).ShouldNotContain("secret");
        _server.Log.Lines.ShouldContain(line => line.Contains("4002") && line.Contains("secret of the inside"));
    }

    [Fact]
    public async Task A_fault_while_a_key_is_looked_up_is_a_503()
    {
        _server.Grains.BeforeKeyLookup = static () => throw new StorageUnavailableException("gone");
        using var response = await GetAsync();

        await response.ErrorAsync(503);
    }

    [Fact]
    public async Task A_rendering_that_fails_half_way_leaves_a_whole_answer_and_a_whole_next_one()
    {
        _handle = static request => request.SendAsync(0, static (json, _) =>
        {
            json.WriteStartObject();
            json.WriteString("half", "an answer");
            throw new InvalidOperationException("while rendering");
        });
        using (var failed = await GetAsync())
        {
            await failed.ErrorAsync(500);
        }

        _handle = static request => Operations.Say(request, "whole");
        using var next = await GetAsync();
        (await next.TextAsync()).ShouldBe("""{"said":"whole"}""");
    }

    private Task<HttpResponseMessage> GetAsync() => _server.SendAsync(_org, HttpMethod.Get, "/test/thing");
}
