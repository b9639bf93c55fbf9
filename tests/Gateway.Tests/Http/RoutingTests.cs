using System.Net;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Http;

public sealed class RoutingTests : IAsyncLifetime
{
    private GatewayServer _server = null!;
    private FakeOrg _org = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GatewayServer.StartAsync([Operations.Get(static request => Operations.Say(request, request.Id))]);
        _org = new FakeOrg(_server.Grains);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/")]
    [InlineData("/nothing/here")]
    [InlineData("/api/v2/unknown")]
    [InlineData("/api/v2/cases/count/of")]
    [InlineData("/api/v2/cases/link/a/b")]
    [InlineData("/api/v2/cases/views/7/8")]
    [InlineData("/api/v2/cases/projects/favorites/of")]
    [InlineData("/docs/../../etc/passwd")]
    [InlineData("/docs/%2e%2e%2fappsettings.json")]
    [InlineData("/bench/plaintext")]
    public async Task An_unknown_path_is_a_404_in_the_error_shape(string path)
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Get, path);

        var error = await response.ErrorAsync(404);
        error.Text("title").ShouldBe("Not Found");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.api+json");
        response.Header("x-request-id").ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_known_path_with_another_method_is_a_405_that_names_the_methods()
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Put, "/api/v2/cases");

        await response.ErrorAsync(405);
        response.Content.Headers.Allow.Order().ShouldBe(["GET", "POST"]);
    }

    [Fact]
    public async Task A_literal_goes_before_a_cases_key()
    {
        using var types = await _server.SendAsync(_org, HttpMethod.Get, "/api/v2/cases/types");

        types.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await types.JsonAsync()).GetProperty("data")[0].Text("type").ShouldBe("case_type");
    }

    [Fact]
    public async Task A_sane_request_id_is_kept_and_returned()
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Get, "/test/thing", null, ("x-request-id", "abc-123_4.5:6"));

        response.Header("x-request-id").ShouldBe("abc-123_4.5:6");
        (await response.JsonAsync()).Text("said").ShouldBe("abc-123_4.5:6");
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("<script>")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggg")]
    public async Task Another_request_id_is_replaced(string id)
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Get, "/test/thing", null, ("x-request-id", id));

        response.Header("x-request-id").ShouldNotBe(id);
        response.Header("x-request-id")!.Length.ShouldBe(32);
    }

    [Fact]
    public async Task Answers_forbid_sniffing_keeping_and_framing()
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Get, "/test/thing");

        response.Header("X-Content-Type-Options").ShouldBe("nosniff");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Header("Content-Security-Policy")!.ShouldContain("frame-ancestors 'none'");
        response.Headers.Server.ShouldBeEmpty();
        response.Content.Headers.ContentLength.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_body_on_a_request_that_takes_none_is_ignored()
    {
        using var first = await _server.SendAsync(_org, HttpMethod.Get, "/test/thing", GatewayServer.Json("not even JSON"));
        using var second = await _server.SendAsync(_org, HttpMethod.Get, "/test/thing");

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Headers_are_bounded()
    {
        using var large = await _server.SendAsync(_org, HttpMethod.Get, "/test/thing", null, ("x-large", new string('a', 20_000)));
        var many = Enumerable.Range(0, 100).Select(number => ($"x-{number}", "a")).ToArray();
        using var numerous = await _server.SendAsync(_org, HttpMethod.Get, "/test/thing", null, many);

        large.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
        numerous.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    [Fact]
    public async Task The_traceparent_of_a_request_is_in_no_answer()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        using var response = await _server.SendAsync(
            _org, HttpMethod.Get, "/test/thing", null, ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        (await response.TextAsync()).ShouldNotContain(Trace);
    }
}
