using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Switchboard.Gateway.Tests.Access;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Intake;

/// <summary>The doors for alerts on the shared gateway; every test has an organisation of its own.</summary>
public sealed class IntakeDoorTests(RunningGatewayFixture gateway)
{
    private static readonly JsonSerializerOptions _unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] _links = ["https://example.com/graph", "javascript:alert(1)"];
    private static readonly string[] _tags = ["env:prod", "host:db-7", "Team Name:data"];

    [Fact]
    public async Task An_alert_gets_a_receipt_at_once_and_a_case_right_after()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        var receipt = await sender.SubmitAsync(new
        {
            dedup_key = "disk/db-7",
            title = "Disk full\u0007 on db-7",
            description = "97 %",
            priority = "P2",
            service = "billing",
            tags = _tags,
            links = _links,
        });
        (await sender.ReceiptAsync(receipt)).Text("state").ShouldBe("processing");

        await sender.IndexAsync();

        var done = await sender.ReceiptAsync(receipt);
        (done.Text("state"), done.Text("result"), done.Text("dedup_key")).ShouldBe(("done", "opened", "disk/db-7"));
        var opened = await sender.CaseAsync(done.Text("case_id")!);
        (opened.Text("title"), opened.Text("priority"), opened.Text("creation_source")).ShouldBe(("Disk full  on db-7", "P2", "ALERT"));
        opened.Text("description")!.ShouldContain("97 %");
        opened.Text("description")!.ShouldContain("https://example.com/graph");
        opened.Text("description")!.ShouldNotContain("javascript");
        var attributes = opened.GetProperty("attributes");
        attributes.GetProperty("service")[0].GetString().ShouldBe("billing");
        attributes.GetProperty("env")[0].GetString().ShouldBe("prod");
        attributes.GetProperty("team_name")[0].GetString().ShouldBe("data");
    }

    [Fact]
    public async Task A_request_that_is_sent_again_is_one_alert()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        var first = await sender.SubmitAsync(new { title = "Again" }, "key-1");
        var second = await sender.SubmitAsync(new { title = "Again" }, "key-1");
        var both = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => sender.SubmitAsync(new { title = "Again" }, "key-2")));

        second.ShouldBe(first);
        both.Distinct().ShouldHaveSingleItem().ShouldNotBe(first);
        (await sender.CountAsync("select count(*) from domain_events where org_id = $1 and stream_type = 'intake'")).ShouldBe(2);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("webhook")]
    public async Task Another_message_under_the_same_idempotency_key_is_refused_and_not_kept(string kind)
    {
        var sender = await IntakeSender.CreateAsync(gateway, kind);
        var path = kind == "api" ? "/api/v2/intake" : $"/integrations/webhook/{sender.Id}";
        object Message(string title) => kind == "api" ? IntakeSender.Alert(new { title }) : new { title };
        await sender.TakenAsync(path, Message("first"), "key-1");
        using (var other = await sender.SendAsync(path, Message("second"), "key-1"))
        {
            (await other.ErrorAsync(422)).Text("detail")!.ShouldContain("Idempotency-Key");
        }

        var race = await Task.WhenAll(Enumerable.Range(0, 6).Select(async number =>
        {
            using var response = await sender.SendAsync(path, Message($"race {number}"), "key-2");
            return (int)response.StatusCode;
        }));
        race.Count(static status => status == 202).ShouldBe(1);
        race.Where(static status => status != 202).ShouldAllBe(static status => status == 422);
        (await sender.CountAsync("select count(*) from domain_events where org_id = $1 and stream_type = 'intake'")).ShouldBe(2);
        using var malformed = await sender.SendAsync(path, Message("third"), new string('k', 300));
        await malformed.ErrorAsync(400);
    }

    [Fact]
    public async Task A_receipt_shows_what_was_sent_without_what_is_secret()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "webhook");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/integrations/webhook/{sender.Id}?key={sender.Key}")
        {
            Content = GatewayServer.Json("""{"title":"Ärger",  "unmapped":[1]}"""),
        };
        request.Headers.Add("X-Sentry-Hook-Resource", "event_alert");
        request.Headers.Add("X-Gitlab-Token", "s3cret");
        request.Headers.Add("Cookie", "session=s3cret");
        using var response = await sender.Org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var receipt = (await response.JsonAsync()).Data()[0].Id();

        var message = (await sender.ReceiptAsync(receipt)).GetProperty("message");
        message.Text("body").ShouldBe("""{"title":"Ärger",  "unmapped":[1]}""");
        message.GetProperty("truncated").GetBoolean().ShouldBeFalse();
        var headers = message.GetProperty("headers");
        (headers.Text("x-sentry-hook-resource"), headers.Text("x-gitlab-token"), headers.Text("cookie")).ShouldBe(("event_alert", "[hidden]", "[hidden]"));
        message.GetRawText().ShouldNotContain("s3cret");
        message.GetRawText().ShouldNotContain(sender.Key);
    }

    [Fact]
    public async Task A_PagerDuty_key_is_hidden_in_the_message_and_a_long_message_is_cut()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "pagerduty");
        foreach (var (details, cut) in new[] { ("short", false), (new string('ü', 60_000), true) })
        {
            using var response = await sender.SendAsync("/v2/enqueue", JsonSerializer.Serialize(new
            {
                routing_key = sender.Key,
                event_action = "trigger",
                dedup_key = details[..2],
                payload = new { summary = "a", source = "b", severity = "info", custom_details = details },
            }, _unescaped));
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            var id = await sender.ReceiptOfAsync(details[..2]);
            var message = (await sender.ReceiptAsync(id)).GetProperty("message");
            message.GetProperty("truncated").GetBoolean().ShouldBe(cut);
            message.Text("body")!.ShouldStartWith($"{{\"routing_key\":\"{new string('*', sender.Key.Length)}\"");
            message.Text("body")!.Length.ShouldBeLessThan(66_000);
        }
    }

    [Fact]
    public async Task A_message_of_alerts_for_several_projects_is_not_shown_to_who_may_not_see_them_all()
    {
        var org = await RestrictedOrg.CreateAsync(gateway);
        var sender = await IntakeSender.CreateAsync(org.Manager, org.Open, "api");
        var receipt = await sender.SubmitAsync(new { title = "a" });
        (await org.Manager.GetAsync($"/api/v2/intake/{receipt}")).Data().Attributes().Has("message").ShouldBeTrue();
        (await org.Stranger.GetAsync($"/api/v2/intake/{receipt}")).Data().Attributes().Has("message").ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_opens_the_door_of_its_own_integration_only()
    {
        var api = await IntakeSender.CreateAsync(gateway, "api");
        var webhook = await IntakeSender.CreateAsync(api.Org, api.Project, "webhook");
        var other = await IntakeSender.CreateAsync(api.Org, api.Project, "webhook");
        using (var wrongDoor = await webhook.SendAsync("/api/v2/intake", IntakeSender.Alert(new { title = "a" })))
        {
            (await wrongDoor.ErrorAsync(403)).Text("detail")!.ShouldContain("kind webhook");
        }

        using (var wrongPath = await webhook.SendAsync($"/integrations/webhook/{other.Id}", new { title = "a" }))
        {
            await wrongPath.ErrorAsync(403);
        }

        using var unknown = new HttpRequestMessage(HttpMethod.Post, "/api/v2/intake") { Content = GatewayServer.Json("{}") };
        unknown.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "0123456789abcdef0123456789abcdef");
        using var stranger = await api.Org.Gateway.Client.SendAsync(unknown, TestContext.Current.CancellationToken);
        await stranger.ErrorAsync(401);
    }

    [Fact]
    public async Task A_key_may_come_as_a_basic_password_or_in_the_query()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "webhook");
        using var basic = new HttpRequestMessage(HttpMethod.Post, $"/integrations/webhook/{sender.Id}") { Content = GatewayServer.Json("""{"title":"a"}""") };
        basic.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{sender.Key}")));
        using var byPassword = await sender.Org.Gateway.Client.SendAsync(basic, TestContext.Current.CancellationToken);
        byPassword.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        using var query = new HttpRequestMessage(HttpMethod.Post, $"/integrations/webhook/{sender.Id}?key={sender.Key}") { Content = GatewayServer.Json("""{"title":"a"}""") };
        using var byQuery = await sender.Org.Gateway.Client.SendAsync(query, TestContext.Current.CancellationToken);
        byQuery.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_former_key_is_taken_beside_the_new_one_and_a_deleted_integrations_is_not()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        var rotated = (await sender.Org.PostAsync($"{IntakeSender.Integrations}/{sender.Id}/key", new { })).Data().Attributes();
        rotated.Text("key").ShouldNotBe(sender.Key);
        rotated.Has("previous_key_valid_until").ShouldBeTrue();
        await sender.SubmitAsync(new { title = "with the former key" });

        await sender.Org.DeleteAsync($"{IntakeSender.Integrations}/{sender.Id}");
        await sender.Org.RefusedAsync(HttpMethod.Get, $"{IntakeSender.Integrations}/{sender.Id}", null, 404);
        (await sender.CountAsync("select count(*) from intake_heartbeat where org_id = $1")).ShouldBe(0);
    }

    [Fact]
    public async Task An_integration_has_a_limit_of_its_own()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "pagerduty", new { requests_per_second = 1 });
        var trigger = new { routing_key = sender.Key, event_action = "trigger", payload = new { summary = "a", source = "b", severity = "info" } };
        var refused = 0;
        for (var i = 0; i < 30 && refused == 0; i++)
        {
            using var response = await sender.SendAsync("/v2/enqueue", trigger);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                refused++;
                var body = await response.JsonAsync();
                body.Text("status").ShouldBe("throttle exceeded");
                body.Text("message")!.ShouldStartWith("Requests for this service are arriving too quickly.");
            }
        }

        refused.ShouldBe(1);
    }

    [Fact]
    public async Task A_receipt_is_shown_to_its_organisation_and_its_sender_only()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        var other = await IntakeSender.CreateAsync(sender.Org, sender.Project, "api");
        var stranger = await gateway.NewOrgAsync();
        var receipt = await sender.SubmitAsync(new { title = "a" });

        await stranger.RefusedAsync(HttpMethod.Get, $"/api/v2/intake/{receipt}", null, 404);
        (await GetAsync(sender)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(other)).ShouldBe(HttpStatusCode.NotFound);

        async Task<HttpStatusCode> GetAsync(IntakeSender by)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2/intake/{receipt}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", by.Key);
            using var response = await by.Org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Routes_send_alerts_to_projects_and_forget_what_nobody_wants()
    {
        var org = await gateway.NewOrgAsync();
        var (project, data) = (await org.NewProjectAsync(), await org.NewProjectAsync("DATA"));
        var sender = await IntakeSender.CreateAsync(org, project, "api", new
        {
            routes = new object[]
            {
                new { match = new Dictionary<string, string> { ["title"] = "test*" }, action = "drop" },
                new { match = new Dictionary<string, string> { ["team"] = "DATA", ["tag:env"] = "prod*" }, project_id = data, priority = "P1" },
            },
        });
        var dropped = (await sender.TakenAsync("/api/v2/intake", IntakeSender.Alert(new { title = "Test of the door" }))).Data().Attributes();
        var routed = await sender.SubmitAsync(new { title = "to data", team = "data", tags = new[] { "env:production" } });
        var usual = await sender.SubmitAsync(new { title = "elsewhere", team = "data", tags = new[] { "env:staging" } });
        await sender.IndexAsync();

        dropped.Text("state").ShouldBe("dropped");
        var cases = await sender.CasesAsync();
        cases.Count.ShouldBe(2);
        cases.Single(one => one.Id() == CaseOf(routed)).Related("project").ShouldBe(data);
        cases.Single(one => one.Id() == CaseOf(usual)).Related("project").ShouldBe(project);
        cases.Single(one => one.Id() == CaseOf(routed)).Attributes().Text("priority").ShouldBe("P1");

        string CaseOf(string receipt) => sender.ReceiptAsync(receipt).GetAwaiter().GetResult().Text("case_id")!;
    }

    [Theory]
    [InlineData("""{"routing_key":"KEY","event_action":"trigger"}""", "'payload' is missing or blank")]
    [InlineData("""{"routing_key":"KEY","event_action":"trigger","payload":{"summary":"a","source":"b","severity":"bad"}}""", "'payload.severity' is invalid")]
    [InlineData("""{"routing_key":"KEY","event_action":"resolve"}""", "'dedup_key' is missing or blank")]
    [InlineData("""{"routing_key":"KEY","event_action":"explode"}""", "'event_action' is invalid")]
    [InlineData("""{"routing_key":"KEY"}""", "'event_action' is missing or blank")]
    [InlineData("""{"routing_key":"0123456789abcdef0123456789abcdef","event_action":"trigger"}""", "Invalid routing key")]
    [InlineData("""{"event_action":"trigger"}""", "Invalid routing key")]
    [InlineData("not json", "not valid JSON")]
    public async Task A_PagerDuty_event_that_is_wrong_is_refused_in_its_clients_form(string body, string problem)
    {
        var sender = await IntakeSender.CreateAsync(gateway, "pagerduty");
        using var response = await sender.SendAsync("/v2/enqueue", body.Replace("KEY", sender.Key, StringComparison.Ordinal));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var answer = await response.JsonAsync();
        (answer.Text("status"), answer.Text("message")).ShouldBe(("invalid event", "Event object is invalid"));
        answer.GetProperty("errors").EnumerateArray().Select(one => one.GetString()!).ShouldContain(one => one.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_PagerDuty_trouble_is_triggered_acknowledged_and_resolved()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "pagerduty");
        var answer = await sender.TakenAsync("/v2/enqueue", new
        {
            routing_key = sender.Key,
            event_action = "trigger",
            payload = new { summary = "Disk full", source = "db-7", severity = "critical", component = "postgres", custom_details = new { free = "1 %", env = "prod" } },
            links = new[] { new { href = "https://example.com/runbook", text = "Runbook" } },
        });
        (answer.Text("status"), answer.Text("message")).ShouldBe(("success", "Event processed"));
        var key = answer.Text("dedup_key").ShouldNotBeNull();
        await sender.IndexAsync();
        var opened = (await sender.CasesAsync()).ShouldHaveSingleItem();
        (opened.Attributes().Text("title"), opened.Attributes().Text("priority")).ShouldBe(("Disk full", "P1"));
        opened.Attributes().GetProperty("attributes").GetProperty("component")[0].GetString().ShouldBe("postgres");

        await sender.TakenAsync("/v2/enqueue", new { routing_key = sender.Key, event_action = "acknowledge", dedup_key = key });
        await sender.IndexAsync();
        (await sender.CaseAsync(opened.Id())).Text("status_group").ShouldBe("SG_IN_PROGRESS");

        await sender.TakenAsync("/v2/enqueue", new { routing_key = sender.Key, event_action = "resolve", dedup_key = key });
        await sender.IndexAsync();
        (await sender.CaseAsync(opened.Id())).Text("status_group").ShouldBe("SG_CLOSED");
    }

    [Fact]
    public async Task An_Alertmanager_group_is_one_case_until_it_is_resolved()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "alertmanager");
        await sender.TakenAsync("/integrations/alertmanager", Samples.Alertmanager("firing", "firing"));
        await sender.TakenAsync("/integrations/alertmanager", Samples.Alertmanager("firing", "resolved"));
        await sender.IndexAsync();
        var opened = (await sender.CasesAsync()).ShouldHaveSingleItem();
        opened.Attributes().Text("title").ShouldBe("Instances are down");
        opened.Attributes().Text("priority").ShouldBe("P1");
        (await sender.KeysAsync()).ShouldHaveSingleItem().Value.GetProperty("count").GetInt64().ShouldBe(2);

        await sender.TakenAsync("/integrations/alertmanager", Samples.Alertmanager("resolved", "resolved"));
        await sender.IndexAsync();
        (await sender.CaseAsync(opened.Id())).Text("status_group").ShouldBe("SG_CLOSED");
    }

    [Fact]
    public async Task Alerts_of_an_Alertmanager_group_are_cases_of_their_own_where_that_is_wanted()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "alertmanager", new { alertmanager_unit = "alert" });
        var receipts = (await sender.TakenAsync("/integrations/alertmanager", Samples.Alertmanager("firing", "firing"))).Data();
        await sender.IndexAsync();

        receipts.GetArrayLength().ShouldBe(2);
        (await sender.CasesAsync()).Count.ShouldBe(2);
        (await sender.KeysAsync()).Keys.ShouldBe(["66214a361160fb6f", "77214a361160fb6f"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("""{"version":"3"}""")]
    [InlineData("""{"version":"4","groupKey":"k","status":"firing","alerts":[]}""")]
    [InlineData("""{"version":"4","groupKey":"k","status":"on fire","alerts":[{}]}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task An_Alertmanager_message_that_is_none_is_refused(string body)
    {
        var sender = await IntakeSender.CreateAsync(gateway, "alertmanager");
        using var response = await sender.SendAsync("/integrations/alertmanager", body);
        await response.ErrorAsync(400);
    }

    [Fact]
    public async Task Any_JSON_is_read_by_a_mapping()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "webhook", new
        {
            mapping = new
            {
                items = "/incidents",
                dedup_key = "/id",
                title = "{/check/name} on {/host}",
                priority = "/level",
                status = "/state",
                tags = "/labels",
                link = "/url",
                resolve_words = new[] { "GONE" },
            },
        });
        await sender.TakenAsync($"/integrations/webhook/{sender.Id}", Incidents("bad"));
        await sender.IndexAsync();
        var opened = (await sender.CasesAsync()).ShouldHaveSingleItem();
        (opened.Attributes().Text("title"), opened.Attributes().Text("priority")).ShouldBe(("Ping on db-7", "P2"));
        opened.Attributes().GetProperty("attributes").GetProperty("rack")[0].GetString().ShouldBe("12");

        await sender.TakenAsync($"/integrations/webhook/{sender.Id}", Incidents("gone"));
        await sender.IndexAsync();
        (await sender.CaseAsync(opened.Id())).Text("status_group").ShouldBe("SG_CLOSED");

        static object Incidents(string state) => new
        {
            incidents = new[] { new { id = 17, check = new { name = "Ping" }, host = "db-7", level = "error", state, labels = new { rack = 12 }, url = "https://example.com/17" } },
        };
    }

    [Fact]
    public async Task A_mail_opens_a_case_and_the_mail_that_says_so_closes_it()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "mail");
        await sender.TakenAsync($"/integrations/mail/{sender.Id}", Samples.Mail("=?utf-8?B?W0ZJUklOR10gRGlzayBmw7xsbA==?="), mediaType: "message/rfc822");
        await sender.IndexAsync();
        var opened = (await sender.CasesAsync()).ShouldHaveSingleItem();
        opened.Attributes().Text("title").ShouldBe("Disk füll");
        opened.Attributes().Text("description")!.ShouldContain("97 % of /var is used – soon none is left");

        await sender.TakenAsync($"/integrations/mail/{sender.Id}", Samples.Mail("Re: [RESOLVED] Disk =?utf-8?Q?f=C3=BCll?="), mediaType: "message/rfc822");
        await sender.IndexAsync();
        (await sender.CaseAsync(opened.Id())).Text("status_group").ShouldBe("SG_CLOSED");
    }

    [Theory]
    [InlineData("""{"kind":"api","name":"a","project_id":"00000000-0000-0000-0000-00000000000a"}""", 404)]
    [InlineData("""{"kind":"webhook","name":"a","project_id":"PROJECT","mapping":{"title":"no pointer ~","items":"x"}}""", 400)]
    [InlineData("""{"kind":"webhook","name":"a","project_id":"PROJECT","mapping":{"dedup_key":"/a"}}""", 400)]
    [InlineData("""{"kind":"api","name":"a","project_id":"PROJECT","group_by":["colour"]}""", 400)]
    [InlineData("""{"kind":"api","name":"a","project_id":"PROJECT","heartbeat_seconds":3}""", 400)]
    [InlineData("""{"kind":"api","name":"a","project_id":"PROJECT","routes":[{"match":{"colour":"red"}}]}""", 400)]
    [InlineData("""{"kind":"api","name":"a","project_id":"PROJECT","routes":[{"match":{},"action":"explode"}]}""", 400)]
    [InlineData("""{"kind":"api","name":"a","project_id":"PROJECT","type_id":"00000000-0000-0000-0000-00000000000b"}""", 404)]
    [InlineData("""{"kind":"fax","name":"a","project_id":"PROJECT"}""", 400)]
    public async Task Settings_that_cannot_work_are_refused(string attributes, int status)
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var given = JsonDocument.Parse(attributes.Replace("PROJECT", project, StringComparison.Ordinal)).RootElement;
        await org.RefusedAsync(HttpMethod.Post, IntakeSender.Integrations, new { data = new { type = "intake_integration", attributes = given } }, status);
    }

    [Fact]
    public async Task An_integration_shows_its_settings_and_its_key_once()
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var sender = await IntakeSender.CreateAsync(org, project, "api", new { heartbeat_seconds = 60, on_resolve = "annotate", group_by = new[] { "service", "tag:zone" } });

        var read = (await org.GetAsync($"{IntakeSender.Integrations}/{sender.Id}")).Data().Attributes();
        read.Has("key").ShouldBeFalse();
        (read.Text("key_hint"), read.Text("on_resolve"), read.GetProperty("heartbeat_seconds").GetInt32()).ShouldBe((sender.Key[^4..], "annotate", 60));
        read.GetProperty("group_by").GetRawText().ShouldBe("""["service","tag:zone"]""");

        var changed = (await org.PatchAsync($"{IntakeSender.Integrations}/{sender.Id}", IntakeSender.Document(new { heartbeat_seconds = 0, enabled = false }))).Data().Attributes();
        changed.Has("heartbeat_seconds").ShouldBeFalse();
        (changed.GetProperty("enabled").GetBoolean(), changed.Text("on_resolve")).ShouldBe((false, "annotate"));
        (await org.GetAsync(IntakeSender.Integrations)).Data().GetArrayLength().ShouldBe(1);
        (await (await gateway.NewOrgAsync()).GetAsync(IntakeSender.Integrations)).Data().GetArrayLength().ShouldBe(0);
    }
}
