using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Speech;

public sealed class ManagementTests(RunningGatewayFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_project_is_the_keys_organisation_and_can_be_renamed()
    {
        var (org, owner) = await NewAsync();

        var listed = (await SendAsync(org, owner, HttpMethod.Get, "/v1/projects")).GetProperty("projects");
        listed.GetArrayLength().ShouldBe(1);
        listed[0].Text("project_id").ShouldBe(org.Id.ToString());
        (await SendAsync(org, owner, HttpMethod.Patch, Path(org), new { name = "Renamed" })).Text("message").ShouldNotBeEmpty();

        (await SendAsync(org, owner, HttpMethod.Get, Path(org))).Text("name").ShouldBe("Renamed");
        await RefusedAsync(org, owner, HttpMethod.Patch, Path(org), 400, body: "{}");
        await RefusedAsync(org, owner, HttpMethod.Delete, Path(org), 403);
        await RefusedAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/leave", 403);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/keys")]
    [InlineData("/members")]
    [InlineData("/requests")]
    [InlineData("/usage")]
    [InlineData("/balances")]
    [InlineData("/limits")]
    [InlineData("/callback_secret")]
    [InlineData("/models")]
    public async Task A_foreign_project_is_answered_like_one_that_does_not_exist(string part)
    {
        var (org, owner) = await NewAsync();
        var (other, _) = await NewAsync();

        foreach (var id in new[] { other.Id.ToString(), Guid.NewGuid().ToString(), "not-an-id" })
        {
            (await RefusedAsync(org, owner, HttpMethod.Get, $"/v1/projects/{id}{part}", 404)).Text("err_code").ShouldBe("PROJECT_NOT_FOUND");
        }
    }

    [Fact]
    public async Task A_callback_secret_is_shown_once_and_made_anew_by_whoever_may_make_keys()
    {
        var (org, owner) = await NewAsync();
        var path = $"{Path(org)}/callback_secret";
        await RefusedAsync(org, owner, HttpMethod.Get, path, 404);

        var made = await SendAsync(org, owner, HttpMethod.Post, path);
        var known = await SendAsync(org, owner, HttpMethod.Get, path);
        var again = await SendAsync(org, owner, HttpMethod.Post, path);

        made.Text("secret").ShouldNotBeNull().ShouldStartWith("whsec_");
        made.Text("secret")!.ShouldEndWith(known.Text("hint")!);
        known.TryGetProperty("secret", out _).ShouldBeFalse();
        again.Text("secret").ShouldNotBe(made.Text("secret"));
        (await SendAsync(org, owner, HttpMethod.Get, path)).TryGetProperty("previous_valid_until", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Every_refusal_carries_its_id_and_its_reason()
    {
        var (org, _) = await NewAsync();
        using var response = await RawAsync(org, "nobody-has-this-key", HttpMethod.Get, "/v1/projects");

        var body = await response.JsonAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Header("dg-request-id").ShouldBe(body.Text("request_id"));
        response.Header("dg-error").ShouldBe(body.Text("err_msg"));
        body.Text("err_code").ShouldBe("INVALID_AUTH");
    }

    [Fact]
    public async Task A_new_key_works_is_listed_without_its_text_and_stops_when_it_is_deleted()
    {
        var (org, owner) = await NewAsync();
        var made = await SendAsync(org, owner, HttpMethod.Post, $"{Path(org)}/keys", new
        {
            comment = "ci",
            scopes = new[] { "usage:write", "usage:read" },
            tags = new[] { "team-a" },
            time_to_live_in_seconds = 600,
        });
        var (key, id) = (made.Text("key")!, made.Text("api_key_id")!);
        key.ShouldStartWith("org_");
        made.GetProperty("expiration_date").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow);

        (await SendAsync(org, key, HttpMethod.Get, $"{Path(org)}/usage")).TryGetProperty("resolution", out _).ShouldBeTrue();
        await RefusedAsync(org, key, HttpMethod.Get, $"{Path(org)}/keys", 401);
        var listed = await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/keys");
        listed.GetRawText().ShouldNotContain(key);
        var mine = listed.GetProperty("api_keys").EnumerateArray().Single(entry => entry.GetProperty("api_key").Text("api_key_id") == id);
        mine.GetProperty("api_key").GetProperty("tags")[0].GetString().ShouldBe("team-a");
        mine.GetProperty("member").Text("email").ShouldBe("ana@example.test");
        var one = await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/keys/{id}");
        one.GetProperty("api_key").Text("comment").ShouldBe("ci");
        one.GetProperty("item").GetProperty("member").GetProperty("api_key").Text("comment").ShouldBe("ci");

        await SendAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/keys/{id}");
        await RefusedAsync(org, owner, HttpMethod.Get, $"{Path(org)}/keys/{id}", 404);
        await RefusedAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/keys/{id}", 404);
        await UntilRefusedAsync(org, key);
    }

    [Fact]
    public async Task Older_clients_repeat_a_keys_wishes_in_the_query_and_call_empty_bodies_JSON()
    {
        var (org, owner) = await NewAsync();

        var made = await SendAsync(
            org, owner, HttpMethod.Post, $"{Path(org)}/keys?comment=c&scopes=usage%3Awrite&time_to_live_in_seconds=60",
            new { comment = "c", scopes = new[] { "usage:write" }, time_to_live_in_seconds = 60 });
        made.GetProperty("scopes").GetArrayLength().ShouldBe(1);
        (await SendAsync(org, owner, HttpMethod.Post, $"{Path(org)}/keys?comment=only+here&scopes=member", "")).Text("comment").ShouldBe("only here");

        using var request = Request(owner, HttpMethod.Get, $"{Path(org)}/keys?status=active");
        request.Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await org.Gateway.Client.SendAsync(request, Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"scopes":["usage:write"]}""")]
    [InlineData("""{"comment":"c"}""")]
    [InlineData("""{"comment":"c","scopes":[]}""")]
    [InlineData("""{"comment":"c","scopes":["god"]}""")]
    [InlineData("""{"comment":"c","scopes":[7]}""")]
    [InlineData("""{"comment":"c","scopes":["member"],"expiration_date":"soon"}""")]
    [InlineData("""{"comment":"c","scopes":["member"],"expiration_date":"2020-01-01T00:00:00Z"}""")]
    [InlineData("""{"comment":"c","scopes":["member"],"time_to_live_in_seconds":0}""")]
    [InlineData("""{"comment":"c","scopes":["member"],"time_to_live_in_seconds":"many"}""")]
    [InlineData("""{"comment":"c","scopes":["member"],"time_to_live_in_seconds":9,"expiration_date":"2099-01-01T00:00:00Z"}""")]
    [InlineData("not JSON")]
    [InlineData("[]")]
    public async Task A_malformed_wish_for_a_key_is_refused(string body)
    {
        var (org, owner) = await NewAsync();

        await RefusedAsync(org, owner, HttpMethod.Post, $"{Path(org)}/keys", 400, body);
    }

    [Fact]
    public async Task A_key_gives_no_scope_that_it_does_not_have()
    {
        var (org, _) = await NewAsync();
        var keeper = await org.Gateway.NewApiKeyAsync(org.Id, SpeechScopes.KeysWrite, SpeechScopes.UsageRead);

        await RefusedAsync(org, keeper, HttpMethod.Post, $"{Path(org)}/keys", 403, """{"comment":"c","scopes":["owner"]}""");
        await SendAsync(org, keeper, HttpMethod.Post, $"{Path(org)}/keys", new { comment = "c", scopes = new[] { "usage:read" } });
    }

    [Fact]
    public async Task Members_have_scopes_and_the_last_administrator_stays()
    {
        var (org, owner) = await NewAsync();
        var bo = await org.Gateway.NewUserAsync(org.Id, "bo@example.test", "Bo Diddley", Roles.Standard);

        var members = (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/members")).GetProperty("members");
        members.GetArrayLength().ShouldBe(2);
        members[1].Text("last_name").ShouldBe("Diddley");
        members[1].GetProperty("scopes")[0].GetString().ShouldBe("member");
        await RefusedAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/members/{org.UserId}", 400);
        await RefusedAsync(org, owner, HttpMethod.Put, $"{Path(org)}/members/{org.UserId}/scopes", 400, """{"scope":"member"}""");
        await RefusedAsync(org, owner, HttpMethod.Put, $"{Path(org)}/members/{bo}/scopes", 400, """{"scope":"emperor"}""");

        await SendAsync(org, owner, HttpMethod.Put, $"{Path(org)}/members/{bo}/scopes", new { scope = "admin" });
        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/members/{bo}/scopes")).GetProperty("scopes")[0].GetString().ShouldBe("admin");
        await SendAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/members/{org.UserId}");
        await RefusedAsync(org, owner, HttpMethod.Get, $"{Path(org)}/members/{org.UserId}/scopes", 404);
        await RefusedAsync(org, owner, HttpMethod.Get, $"{Path(org)}/members/{Guid.NewGuid()}/scopes", 404);
    }

    [Fact]
    public async Task Whoever_is_invited_is_listed_until_the_invitation_is_withdrawn_and_can_be_invited_again()
    {
        var (org, owner) = await NewAsync();

        for (var round = 0; round < 2; round++)
        {
            await SendAsync(org, owner, HttpMethod.Post, $"{Path(org)}/invites", new { email = "cy@example.test", scope = "admin" });
            var invites = (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/invites")).GetProperty("invites");
            invites.GetArrayLength().ShouldBe(1);
            invites[0].Text("scope").ShouldBe("admin");
            await SendAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/invites/{Uri.EscapeDataString("cy@example.test")}");
            (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/invites")).GetProperty("invites").GetArrayLength().ShouldBe(0);
        }

        await RefusedAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/invites/nobody@example.test", 404);
        await RefusedAsync(org, owner, HttpMethod.Post, $"{Path(org)}/invites", 400, """{"email":"no address"}""");
    }

    [Fact]
    public async Task A_token_is_granted_to_members_and_is_no_key_of_the_management()
    {
        var (org, owner) = await NewAsync();
        var granted = await SendAsync(org, owner, HttpMethod.Post, "/v1/auth/grant", new { ttl_seconds = 60 });
        granted.GetProperty("expires_in").GetDouble().ShouldBe(60);
        (await SendAsync(org, owner, HttpMethod.Post, "/v1/auth/grant", "")).GetProperty("expires_in").GetDouble().ShouldBe(30);

        await RefusedAsync(org, granted.Text("access_token")!, HttpMethod.Get, "/v1/projects", 401);
        await RefusedAsync(org, granted.Text("access_token")!, HttpMethod.Post, "/v1/auth/grant", 401, "{}");
        await RefusedAsync(org, owner, HttpMethod.Post, "/v1/auth/grant", 400, """{"ttl_seconds":3601}""");
        var bare = await org.Gateway.NewApiKeyAsync(org.Id, SpeechScopes.UsageWrite);
        await RefusedAsync(org, bare, HttpMethod.Post, "/v1/auth/grant", 403, "{}");
        (await SendAsync(org, bare, HttpMethod.Get, "/v1/auth/token")).GetProperty("scopes")[0].GetString().ShouldBe("usage:write");
    }

    [Fact]
    public async Task Limits_are_read_set_and_taken_away()
    {
        var (org, owner) = await NewAsync();

        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/limits")).GetProperty("live").GetInt32().ShouldBe(10);
        var changed = await SendAsync(org, owner, HttpMethod.Patch, $"{Path(org)}/limits", new { live = 3, seconds_per_month = 3600 });
        changed.GetProperty("live").GetInt32().ShouldBe(3);
        changed.GetProperty("seconds_per_month").GetInt64().ShouldBe(3600);
        await RefusedAsync(org, owner, HttpMethod.Patch, $"{Path(org)}/limits", 400, """{"live":0}""");
        await RefusedAsync(org, org.ApiKey, HttpMethod.Patch, $"{Path(org)}/limits", 401, """{"live":99}""");
        (await SendAsync(org, owner, HttpMethod.Delete, $"{Path(org)}/limits")).GetProperty("live").GetInt32().ShouldBe(10);
    }

    [Fact]
    public async Task Usage_requests_balances_and_invoices_say_what_was_metered()
    {
        var (org, owner) = await NewAsync();
        var ledger = org.Gateway.Services.GetRequiredService<IUsageLedger>();
        var at = new DateTimeOffset(2026, 5, 10, 12, 0, 0, TimeSpan.Zero);
        var live = await MeterAsync(ledger, org.Id, UsageMeters.LiveAudio, 1_800_000, at, "team-a");
        await MeterAsync(ledger, org.Id, UsageMeters.FileAudio, 7_200_000, at.AddDays(1));
        const string may = "start=2026-05-01&end=2026-05-31";

        var days = (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/usage?{may}")).GetProperty("results");
        days.GetArrayLength().ShouldBe(2);
        days[0].Text("start").ShouldBe("2026-05-10");
        days[0].GetProperty("hours").GetDouble().ShouldBe(0.5);
        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/usage?{may}&tag=team-a&punctuate=true")).GetProperty("results").GetArrayLength().ShouldBe(1);
        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/usage?{may}&endpoint=speak")).GetProperty("results").GetArrayLength().ShouldBe(0);
        var methods = (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/usage/breakdown?{may}&grouping=method")).GetProperty("results");
        methods.EnumerateArray().Select(row => (row.GetProperty("grouping").Text("method"), row.GetProperty("hours").GetDouble()))
            .ShouldBe([("streaming", 0.5), ("sync", 2.0)]);
        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/usage/fields?{may}")).GetProperty("tags")[0].GetString().ShouldBe("team-a");

        var requests = await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/requests?{may}&limit=1&page=1");
        requests.GetProperty("requests").EnumerateArray().Single().Text("request_id").ShouldBe(live.ToString());
        var one = (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/requests/{live}")).GetProperty("request");
        one.GetProperty("response").GetProperty("details").GetProperty("duration").GetDouble().ShouldBe(1800);
        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/requests?{may}&status=failed")).GetProperty("requests").GetArrayLength().ShouldBe(0);
        await RefusedAsync(org, owner, HttpMethod.Get, $"{Path(org)}/requests/{Guid.NewGuid()}", 404);

        var invoice = await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/invoices/2026-05");
        invoice.GetProperty("total").GetDecimal().ShouldBe(0.23m + 0.52m);
        invoice.GetProperty("lines").EnumerateArray().Sum(line => line.GetProperty("seconds").GetDecimal()).ShouldBe(9000);
        invoice.Text("status").ShouldBe("final");
        var balance = (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/balances")).GetProperty("balances")[0];
        balance.GetProperty("amount").GetDecimal().ShouldBe(-0.75m);
        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/balances/{balance.Text("balance_id")}")).Text("units").ShouldBe("usd");
        await org.Gateway.Services.GetRequiredService<IUsageReports>().CreditAsync(org.Id, null, 10_000_000, Token);
        (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/balances")).GetProperty("balances")[0].GetProperty("amount").GetDecimal().ShouldBe(9.25m);
        var lines = (await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/billing/breakdown?{may}&grouping=line_item")).GetProperty("results");
        lines.EnumerateArray().Select(row => row.GetProperty("dollars").GetDecimal()).ShouldBe([0.23m, 0.52m]);

        using var page = await RawAsync(org, owner, HttpMethod.Get, $"{Path(org)}/invoices/2026-05.html");
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await page.TextAsync()).ShouldContain("<td class=\"n\">0.75</td>");
    }

    [Theory]
    [InlineData("usage?start=yesterday")]
    [InlineData("usage?start=2026-05-02&end=2026-05-01")]
    [InlineData("usage?accessor=me")]
    [InlineData("usage/breakdown?grouping=moon")]
    [InlineData("billing/breakdown?grouping=models")]
    [InlineData("requests?limit=1001")]
    [InlineData("requests?page=-1")]
    [InlineData("requests?status=maybe")]
    [InlineData("requests?method=telepathy")]
    [InlineData("keys?status=old")]
    public async Task A_query_that_cannot_be_read_is_refused_by_name(string query)
    {
        var (org, owner) = await NewAsync();

        (await RefusedAsync(org, owner, HttpMethod.Get, $"{Path(org)}/{query}", 400)).Text("err_code").ShouldBe("INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task Models_are_the_same_with_and_without_a_project()
    {
        var (org, owner) = await NewAsync();

        var model = (await SendAsync(org, owner, HttpMethod.Get, "/v1/models")).GetProperty("stt")[0];
        var same = await SendAsync(org, owner, HttpMethod.Get, $"{Path(org)}/models/{model.Text("uuid")}");
        same.Text("name").ShouldBe(model.Text("name"));
        await RefusedAsync(org, owner, HttpMethod.Get, "/v1/models/none", 404);
    }

    private async Task<(RunningOrg Org, string Owner)> NewAsync()
    {
        var org = await fixture.NewOrgAsync();
        return (org, await org.Gateway.NewApiKeyAsync(org.Id, SpeechScopes.Owner));
    }

    private static string Path(RunningOrg org) => $"/v1/projects/{org.Id}";

    private static async Task<Guid> MeterAsync(IUsageLedger ledger, Guid org, string meter, int milliseconds, DateTimeOffset at, params string[] tags)
    {
        var id = Guid.CreateVersion7();
        var interval = (int)UsageMeters.Interval.TotalMilliseconds;
        await ledger.RecordAsync(
            [
                .. Enumerable.Range(0, milliseconds / interval).Select(number => new UsageRow
                {
                    OrgId = org, SessionId = id, Meter = meter, Interval = number, Milliseconds = interval, OpenedAt = at,
                }),
            ],
            Token);
        await ledger.RecordAsync(
            new SpeechRequest
            {
                OrgId = org,
                RequestId = id,
                KeyId = Guid.NewGuid(),
                CreatedAt = at,
                Path = "/v1/listen",
                Model = "embedded-en-us",
                Tags = [.. tags],
                Features = ["punctuate"],
                Method = meter == UsageMeters.LiveAudio ? "streaming" : "sync",
                Code = meter == UsageMeters.LiveAudio ? 1000 : 200,
                EndedAt = at.AddMinutes(1),
            },
            Token);
        return id;
    }

    private static HttpRequestMessage Request(string key, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {key}");
        return request;
    }

    private static async Task<HttpResponseMessage> RawAsync(RunningOrg org, string key, HttpMethod method, string path, object? body = null)
    {
        using var request = Request(key, method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }

        return await org.Gateway.Client.SendAsync(request, Token);
    }

    private static async Task<JsonElement> SendAsync(RunningOrg org, string key, HttpMethod method, string path, object? body = null)
    {
        using var response = await RawAsync(org, key, method, path, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.TextAsync());
        response.Header("dg-request-id").ShouldNotBeNullOrEmpty();
        return await response.JsonAsync();
    }

    private static async Task<JsonElement> RefusedAsync(RunningOrg org, string key, HttpMethod method, string path, int status, string? body = null)
    {
        using var response = await RawAsync(org, key, method, path, body);
        ((int)response.StatusCode).ShouldBe(status, await response.TextAsync());
        return await response.JsonAsync();
    }

    private static async Task UntilRefusedAsync(RunningOrg org, string key)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var response = await RawAsync(org, key, HttpMethod.Get, "/v1/auth/token");
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                return;
            }

            await Task.Delay(20, patience.Token);
        }
    }
}
