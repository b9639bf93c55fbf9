using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Limits;

public sealed class RequestLimitTests : IAsyncLifetime
{
    private GatewayServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await GatewayServer.StartAsync(
        [Operations.Get(static request => Operations.Say(request, "hi"))],
        ("Gateway:RequestsPerSecond", "5"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_request_over_the_organisations_limit_is_refused_with_the_documented_headers()
    {
        var org = new FakeOrg(_server.Grains);
        (await AllowedOutOfAsync(org, 5)).ShouldBe(5);
        using var response = await GetAsync(org);

        var error = await response.ErrorAsync(429);
        error.Text("title").ShouldBe("Too Many Requests");
        error.Text("detail")!.ShouldContain("5 requests a second");
        response.Header("X-RateLimit-Limit").ShouldBe("5");
        response.Header("X-RateLimit-Period").ShouldBe("1");
        response.Header("X-RateLimit-Remaining").ShouldBe("0");
        response.Header("X-RateLimit-Reset").ShouldBe("1");
        response.Header("X-RateLimit-Name").ShouldBe("organization");
        response.Header("Retry-After").ShouldBe("1");
    }

    [Fact]
    public async Task Every_answer_says_how_much_is_left()
    {
        var org = new FakeOrg(_server.Grains);
        using var first = await GetAsync(org);
        using var second = await GetAsync(org);

        first.Header("X-RateLimit-Remaining").ShouldBe("4");
        second.Header("X-RateLimit-Remaining").ShouldBe("3");
        second.Header("X-RateLimit-Limit").ShouldBe("5");
    }

    [Fact]
    public async Task Tokens_come_back_with_time_up_to_one_seconds_worth()
    {
        var org = new FakeOrg(_server.Grains);
        (await AllowedOutOfAsync(org, 8)).ShouldBe(5);
        _server.Time.Advance(TimeSpan.FromMilliseconds(400));
        (await AllowedOutOfAsync(org, 8)).ShouldBe(2);
        _server.Time.Advance(TimeSpan.FromMinutes(1));
        (await AllowedOutOfAsync(org, 8)).ShouldBe(5);
    }

    [Fact]
    public async Task One_organisations_requests_use_up_nothing_of_anothers()
    {
        var (one, other) = (new FakeOrg(_server.Grains), new FakeOrg(_server.Grains));
        (await AllowedOutOfAsync(one, 6)).ShouldBe(5);

        (await AllowedOutOfAsync(other, 6)).ShouldBe(5);
    }

    [Fact]
    public async Task A_key_may_have_a_lower_limit_of_its_own_and_names_it()
    {
        var org = new FakeOrg(_server.Grains);
        org.Application = org.Application with { RequestsPerSecond = 2 };
        org.Save();
        (await AllowedOutOfAsync(org, 2)).ShouldBe(2);
        using var response = await GetAsync(org);

        await response.ErrorAsync(429);
        response.Header("X-RateLimit-Name").ShouldBe("application_key");
        response.Header("X-RateLimit-Limit").ShouldBe("2");
    }

    [Fact]
    public async Task A_request_that_one_limit_refuses_uses_up_nothing_of_the_others()
    {
        var org = new FakeOrg(_server.Grains);
        org.Application = org.Application with { RequestsPerSecond = 1 };
        org.Save();
        (await AllowedOutOfAsync(org, 20)).ShouldBe(1);

        // The organisation has spent one of its five, not twenty: a key without a limit of its own gets the other four.
        (await AllowedWithAsync(org, org.AddApplicationKey(), 10)).ShouldBe(4);
    }

    [Fact]
    public async Task Requests_that_are_refused_for_other_reasons_count()
    {
        var org = new FakeOrg(_server.Grains, Switchboard.Orgs.Roles.ReadOnly);
        for (var i = 0; i < 5; i++)
        {
            using var missing = await _server.SendAsync(org, HttpMethod.Get, "/api/v2/cases?page[size]=none");
            await missing.ErrorAsync(400);
        }

        using var response = await GetAsync(org);
        await response.ErrorAsync(429);
    }

    private Task<HttpResponseMessage> GetAsync(FakeOrg org) => _server.SendAsync(org, HttpMethod.Get, "/test/thing");

    private Task<int> AllowedOutOfAsync(FakeOrg org, int requests) => AllowedWithAsync(org, org.ApplicationKey, requests);

    private async Task<int> AllowedWithAsync(FakeOrg org, string applicationKey, int requests)
    {
        var allowed = 0;
        for (var i = 0; i < requests; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/test/thing");
            request.Headers.Add("DD-API-KEY", org.ApiKey);
            request.Headers.Add("DD-APPLICATION-KEY", applicationKey);
            using var response = await _server.SendAsync(request);
            if (response.IsSuccessStatusCode)
            {
                allowed++;
            }
            else
            {
                await response.ErrorAsync(429);
            }
        }

        return allowed;
    }
}
