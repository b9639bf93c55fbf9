using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.Tests.CaseApi;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;
using Case = Switchboard.Gateway.CaseApi.Messages.Case;

namespace Switchboard.Gateway.Tests.Orgs;

/// <summary>Personal tokens on a running gateway. An organisation for each test.</summary>
public sealed class TokenTests(RunningGatewayFixture running)
{
    private const string Path = "/api/v2/personal_access_tokens";

    [Fact]
    public async Task A_token_stands_for_both_keys_in_REST_and_gRPC_within_its_scopes()
    {
        var org = await running.NewOrgAsync();
        var token = await CreateAsync(org, Permissions.CasesRead);
        token.GetProperty("id").GetString().ShouldNotBeNull();
        var text = TextOf(token);
        text.ShouldStartWith("sbpat_");
        token.GetProperty("attributes").GetProperty("public_portion").GetString().ShouldBe(text[..16]);
        token.GetProperty("relationships").GetProperty("owned_by").GetProperty("data").GetProperty("id").GetGuid().ShouldBe(org.UserId);

        (await SendAsync(org, HttpMethod.Get, "/api/v2/cases", text)).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(org, HttpMethod.Get, "/api/v1/validate", text)).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(org, HttpMethod.Post, "/api/v2/cases/projects", text)).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(org, HttpMethod.Get, "/api/v2/cases", text[..^1] + "-")).ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(org, HttpMethod.Get, "/api/v2/cases", org.ApplicationKey)).ShouldBe(HttpStatusCode.Unauthorized);

        using var api = new CaseApiClient(org);
        var (_, id) = await api.OpenCaseAsync();
        using var byToken = new CaseApiClient(org) { Credentials = [("authorization", $"Bearer {text}")] };
        (await byToken.CallAsync("GetCase", new GetCaseRequest { CaseId = id }, Case.Parser)).Id.ShouldBe(id);
        await byToken.RefusedAsync("ArchiveCase", new CaseReference { CaseId = id }, 7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Clients_that_know_two_keys_send_a_token_as_the_application_key(bool withApiKey)
    {
        var org = await running.NewOrgAsync();
        var text = TextOf(await CreateAsync(org, Permissions.CasesRead));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2/cases");
        request.Headers.Add("DD-APPLICATION-KEY", text);
        if (withApiKey)
        {
            request.Headers.Add("DD-API-KEY", org.ApiKey);
        }

        using var response = await org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_beside_another_organisations_api_key_is_refused()
    {
        var org = await running.NewOrgAsync();
        var text = TextOf(await CreateAsync(org, Permissions.CasesRead));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2/cases");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", text);
        request.Headers.Add("DD-API-KEY", (await running.NewOrgAsync()).ApiKey);
        using var response = await org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        (await response.ErrorAsync(401)).Text("detail")!.ShouldContain("another organization");
    }

    [Fact]
    public async Task A_token_is_kept_as_a_hash_shown_once_listed_changed_and_revoked()
    {
        var org = await running.NewOrgAsync();
        var created = await CreateAsync(org, Permissions.CasesRead);
        var (id, text) = (created.GetProperty("id").GetString()!, TextOf(created));
        var listed = await org.GetAsync($"{Path}?filter=nightly&sort=-expires_at");
        listed.GetProperty("meta").GetProperty("page").GetProperty("total_filtered_count").GetInt32().ShouldBe(1);
        listed.GetRawText().ShouldNotContain(text);
        (await org.GetAsync($"{Path}?filter=daily")).GetProperty("data").GetArrayLength().ShouldBe(0);
        (await org.GetAsync($"{Path}/{id}")).GetProperty("data").GetProperty("attributes").TryGetProperty("key", out _).ShouldBeFalse();

        var changed = await org.PatchAsync($"{Path}/{id}", Document(id, new { name = "Renamed", scopes = new[] { Permissions.CasesRead, Permissions.CasesWrite } }));
        changed.GetProperty("data").GetProperty("attributes").GetProperty("name").GetString().ShouldBe("Renamed");
        changed.GetProperty("data").GetProperty("attributes").GetProperty("scopes").GetArrayLength().ShouldBe(2);
        changed.GetProperty("data").GetProperty("attributes").TryGetProperty("modified_at", out _).ShouldBeTrue();

        await org.DeleteAsync($"{Path}/{id}");
        await org.RefusedAsync(HttpMethod.Get, $"{Path}/{id}", null, 404);
        await org.RefusedAsync(HttpMethod.Delete, $"{Path}/{id}", null, 404);
        (await SendAsync(org, HttpMethod.Get, "/api/v2/cases", text)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_gives_away_what_they_do_not_have_and_a_token_makes_no_tokens()
    {
        var org = await running.NewOrgAsync();
        var narrow = await org.AsAsync(org.UserId, Permissions.CasesRead, Permissions.UserAppKeys);
        (await narrow.RefusedAsync(HttpMethod.Post, Path, Wish(Permissions.CasesWrite), 403)).Text("detail")!.ShouldContain(Permissions.CasesWrite);
        var text = TextOf(await CreateAsync(org, Permissions.CasesRead, Permissions.UserAppKeys));
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = GatewayServer.Json(JsonSerializer.Serialize(Wish(Permissions.CasesRead))) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", text);
        using var response = await org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        (await response.ErrorAsync(403)).Text("detail")!.ShouldContain("a token cannot create");
    }

    [Fact]
    public async Task Tokens_of_others_are_an_administrators_business()
    {
        var org = await running.NewOrgAsync();
        var bo = await org.AsNewUserAsync(Roles.Standard);
        var own = (await CreateAsync(bo, Permissions.CasesRead)).GetProperty("id").GetString();
        var other = (await CreateAsync(org, Permissions.CasesRead)).GetProperty("id").GetString();
        (await bo.GetAsync(Path)).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("id").GetString()).ShouldBe([own]);
        await bo.RefusedAsync(HttpMethod.Get, $"{Path}/{other}", null, 404);
        await bo.RefusedAsync(HttpMethod.Delete, $"{Path}/{other}", null, 404);
        (await org.GetAsync(Path)).GetProperty("data").GetArrayLength().ShouldBe(2);
        await org.DeleteAsync($"{Path}/{own}");
        var stranger = await running.NewOrgAsync();
        await stranger.RefusedAsync(HttpMethod.Get, $"{Path}/{other}", null, 404);
        await (await org.AsNewUserAsync(Roles.ReadOnly)).RefusedAsync(HttpMethod.Get, Path, null, 403);
    }

    [Theory]
    [InlineData(1, "cases_read", "24 hours")]
    [InlineData(24 * 400, "cases_read", "a year")]
    [InlineData(48, "", "at least one scope")]
    [InlineData(48, "no_such_permission", "unknown scope")]
    public async Task A_token_says_what_it_is_for_and_until_when(int hours, string scope, string expected)
    {
        var org = await running.NewOrgAsync();
        var body = Document(null, new { name = "x", scopes = scope.Length == 0 ? [] : new[] { scope }, expires_at = DateTimeOffset.UtcNow.AddHours(hours) });
        (await org.RefusedAsync(HttpMethod.Post, Path, body, 400)).Text("detail")!.ShouldContain(expected);
    }

    [Fact]
    public async Task A_repeated_creation_makes_one_token_and_does_not_show_it_again()
    {
        var org = await running.NewOrgAsync();
        var wish = JsonSerializer.Serialize(Wish(Permissions.CasesRead));
        using var first = await org.SendRawAsync(HttpMethod.Post, Path, wish, "once");
        using var again = await org.SendRawAsync(HttpMethod.Post, Path, wish, "once");
        var (made, repeated) = ((await first.JsonAsync()).GetProperty("data"), (await again.JsonAsync()).GetProperty("data"));
        repeated.GetProperty("id").GetString().ShouldBe(made.GetProperty("id").GetString());
        repeated.GetProperty("attributes").TryGetProperty("key", out _).ShouldBeFalse();
        (await SendAsync(org, HttpMethod.Get, "/api/v2/cases", TextOf(made))).ShouldBe(HttpStatusCode.OK);
        using var other = await org.SendRawAsync(HttpMethod.Post, Path, JsonSerializer.Serialize(Wish(Permissions.CasesWrite)), "once");
        ((int)other.StatusCode).ShouldBe(422);
    }

    [Fact]
    public async Task A_stream_that_a_token_opened_ends_when_it_is_revoked()
    {
        var org = await running.NewOrgAsync();
        var created = await CreateAsync(org, Permissions.CasesRead);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2/cases/stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TextOf(created));
        using var response = await org.Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await org.DeleteAsync($"{Path}/{created.GetProperty("id").GetString()}");
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("event: end");
    }

    private static async Task<JsonElement> CreateAsync(RunningOrg org, params string[] scopes) =>
        (await org.PostAsync(Path, Wish(scopes), HttpStatusCode.Created)).GetProperty("data");

    private static string TextOf(JsonElement token) => token.GetProperty("attributes").GetProperty("key").GetString()!;

    private static object Wish(params string[] scopes) => Document(null, new { name = "Nightly report", scopes, expires_at = DateTimeOffset.UtcNow.AddDays(30) });

    private static object Document(string? id, object attributes) => id is null
        ? new { data = new { type = "personal_access_tokens", attributes } }
        : new { data = new { id, type = "personal_access_tokens", attributes } };

    private static async Task<HttpStatusCode> SendAsync(RunningOrg org, HttpMethod method, string path, string token)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
