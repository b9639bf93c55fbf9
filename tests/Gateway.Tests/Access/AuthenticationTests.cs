using System.Net;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Access;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private GatewayServer _server = null!;
    private FakeOrg _org = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GatewayServer.StartAsync([Operations.Get(static request => Operations.Say(request, "hi"))]);
        _org = new FakeOrg(_server.Grains);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Two_good_keys_are_let_in()
    {
        using var response = await GetAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.JsonAsync()).Text("said").ShouldBe("hi");
    }

    [Fact]
    public async Task A_request_without_keys_is_told_which_headers_to_send()
    {
        using var response = await _server.Client.GetAsync("/test/thing", TestContext.Current.CancellationToken);

        var error = await response.ErrorAsync(401);
        error.Text("title").ShouldBe("Unauthorized");
        error.Text("detail")!.ShouldContain("DD-API-KEY");
        response.Headers.WwwAuthenticate.ShouldNotBeEmpty();
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.api+json");
    }

    [Fact]
    public async Task An_api_key_alone_is_not_enough()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/thing");
        request.Headers.Add("DD-API-KEY", _org.ApiKey);
        using var response = await _server.SendAsync(request);

        (await response.ErrorAsync(401)).Text("detail")!.ShouldContain("DD-APPLICATION-KEY");
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("short")]
    [InlineData("has a space in it, which no key has")]
    public async Task An_unknown_key_is_refused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/thing");
        request.Headers.TryAddWithoutValidation("DD-API-KEY", key);
        request.Headers.Add("DD-APPLICATION-KEY", _org.ApplicationKey);
        using var response = await _server.SendAsync(request);

        await response.ErrorAsync(401);
    }

    [Fact]
    public async Task Keys_in_each_others_place_are_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/thing");
        request.Headers.Add("DD-API-KEY", _org.ApplicationKey);
        request.Headers.Add("DD-APPLICATION-KEY", _org.ApiKey);
        using var response = await _server.SendAsync(request);

        await response.ErrorAsync(401);
    }

    [Fact]
    public async Task An_application_key_of_another_organisation_is_refused_as_unknown()
    {
        var other = new FakeOrg(_server.Grains);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/thing");
        request.Headers.Add("DD-API-KEY", _org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", other.ApplicationKey);
        using var response = await _server.SendAsync(request);

        (await response.ErrorAsync(401)).Text("detail").ShouldBe("the application key is unknown");
    }

    [Fact]
    public async Task A_bearer_token_is_refused_with_the_way_that_works()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/thing");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_org.ApplicationKey}");
        using var response = await _server.SendAsync(request);

        (await response.ErrorAsync(401)).Text("detail")!.ShouldContain("DD-APPLICATION-KEY");
    }

    [Fact]
    public async Task A_key_is_refused_from_the_moment_it_expires_even_while_it_is_cached()
    {
        _org.Application = _org.Application with { ExpiresAt = _server.Time.GetUtcNow().AddMilliseconds(400) };
        _org.Save();
        using (var before = await GetAsync())
        {
            before.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        _server.Time.Advance(TimeSpan.FromMilliseconds(400));
        using var after = await GetAsync();

        (await after.ErrorAsync(401)).Text("detail")!.ShouldContain("expired");
    }

    [Fact]
    public async Task A_revoked_key_is_refused_after_one_second_at_the_latest()
    {
        using (var before = await GetAsync())
        {
            before.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        _org.Api = _org.Api with { RevokedAt = _server.Time.GetUtcNow() };
        _org.Save();
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        using var after = await GetAsync();

        (await after.ErrorAsync(401)).Text("detail")!.ShouldContain("revoked");
    }

    [Fact]
    public async Task A_disabled_key_works_again_after_it_was_enabled()
    {
        _org.Application = _org.Application with { Disabled = true };
        _org.Save();
        using (var off = await GetAsync())
        {
            await off.ErrorAsync(401);
        }

        _org.Application = _org.Application with { Disabled = false };
        _org.Save();
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        using var on = await GetAsync();

        on.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_keys_of_a_disabled_user_stop_working()
    {
        _org.User = _org.User with { Disabled = true };
        _org.Save();
        using var response = await GetAsync();

        (await response.ErrorAsync(403)).Text("detail")!.ShouldContain("disabled");
    }

    [Fact]
    public async Task An_unknown_key_that_is_created_a_moment_later_works_within_a_second()
    {
        _server.Grains.Keys.Clear();
        using (var before = await GetAsync())
        {
            await before.ErrorAsync(401);
        }

        _org.Save();
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        using var after = await GetAsync();

        after.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Many_requests_with_fresh_keys_ask_each_grain_once()
    {
        var release = new TaskCompletionSource();
        _server.Grains.BeforeKeyLookup = () => release.Task;
        var requests = Enumerable.Range(0, 40).Select(_ => GetAsync()).ToList();
        release.SetResult();
        foreach (var response in await Task.WhenAll(requests))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Dispose();
        }

        _server.Grains.KeyLookups.ShouldBe(2);
        _server.Grains.UserLookups.ShouldBe(1);
    }

    [Theory]
    [InlineData(Roles.Admin, "", HttpStatusCode.OK)]
    [InlineData(Roles.ReadOnly, "", HttpStatusCode.OK)]
    [InlineData(Roles.Admin, Permissions.CasesRead, HttpStatusCode.OK)]
    [InlineData(Roles.Admin, Permissions.CasesWrite, HttpStatusCode.Forbidden)]
    [InlineData(Roles.ReadOnly, Permissions.CasesWrite, HttpStatusCode.Forbidden)]
    [InlineData("A role that nobody knows", "", HttpStatusCode.Forbidden)]
    public async Task A_key_may_do_what_both_its_users_roles_and_its_scopes_allow(string role, string scope, HttpStatusCode expected)
    {
        _org.User = _org.User with { Roles = [role] };
        _org.Application = _org.Application with { Scopes = scope.Length == 0 ? [] : [scope] };
        _org.Save();
        using var response = await GetAsync();

        response.StatusCode.ShouldBe(expected);
        if (expected == HttpStatusCode.Forbidden)
        {
            (await response.ErrorAsync(403)).Text("detail")!.ShouldContain(Permissions.CasesRead);
        }
    }

    [Fact]
    public async Task Validate_needs_the_api_key_only()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/validate");
        request.Headers.Add("DD-API-KEY", _org.ApiKey);
        using var response = await _server.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await response.TextAsync()).ShouldBe("""{"valid":true}""");
    }

    [Fact]
    public async Task Validate_refuses_an_unknown_key_in_the_first_versions_form()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/validate");
        request.Headers.Add("DD-API-KEY", "0123456789abcdef0123456789abcdef");
        using var response = await _server.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.JsonAsync()).GetProperty("errors")[0].GetString().ShouldBe("Forbidden: the API key is unknown");
    }

    [Fact]
    public async Task No_key_appears_in_any_log_line()
    {
        using (await GetAsync())
        {
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/thing");
        request.Headers.Add("DD-API-KEY", "an-unknown-key-that-must-not-be-logged");
        using (await _server.SendAsync(request))
        {
        }

        _server.Log.Lines.ShouldNotBeEmpty();
        foreach (var line in _server.Log.Lines)
        {
            line.ShouldNotContain(_org.ApiKey);
            line.ShouldNotContain(_org.ApplicationKey);
            line.ShouldNotContain("an-unknown-key-that-must-not-be-logged");
        }
    }

    private Task<HttpResponseMessage> GetAsync() => _server.SendAsync(_org, HttpMethod.Get, "/test/thing");
}
