using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Handlers.CaseIndexer;

namespace Switchboard.Gateway.Tests.Intake;

/// <summary>What becomes of alerts, with real grains on a real PostgreSQL. Each alert is delivered to the indexer twice at least.</summary>
public sealed class CaseIndexerTests(RunningGatewayFixture gateway)
{
    [Fact]
    public async Task Hundreds_of_alerts_of_one_key_are_one_case_and_all_are_counted()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        const int Alerts = 400;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Alerts), TestContext.Current.CancellationToken, async (_, _) => await sender.SubmitAsync(new { dedup_key = "storm", title = "Storm" }));
        await sender.IndexAsync();
        await sender.IndexAsync(forgetful: true);

        var opened = (await sender.CasesAsync()).ShouldHaveSingleItem();
        var key = (await sender.KeysAsync()).ShouldHaveSingleItem().Value;
        (key.GetProperty("count").GetInt64(), key.GetProperty("total").GetInt64(), key.Text("case_id")).ShouldBe((Alerts, Alerts, opened.Id()));

        // 2, 5, 10, 20, 50, 100, 200.
        (await sender.CommentsAsync(opened.Id())).Count.ShouldBe(7);
        (await sender.CountAsync("select count(*) from intake_effect where org_id = $1")).ShouldBe(0);
        (await sender.CountAsync("select count(*) from intake_receipt where org_id = $1")).ShouldBe(Alerts);
    }

    [Fact]
    public async Task A_trouble_that_comes_back_is_a_new_case_or_the_former_one_where_that_is_wanted()
    {
        var usual = await IntakeSender.CreateAsync(gateway, "api");
        await FlapAsync(usual);
        (await usual.CasesAsync()).Select(one => one.Attributes().Text("status_group")).ShouldBe(["SG_CLOSED", "SG_OPEN"]);

        var patient = await IntakeSender.CreateAsync(gateway, "api", new { reopen_within_seconds = 3600 });
        await FlapAsync(patient);
        var only = (await patient.CasesAsync()).ShouldHaveSingleItem();
        only.Attributes().Text("status_group").ShouldBe("SG_OPEN");
        (await patient.KeysAsync())["flap"].GetProperty("total").GetInt64().ShouldBe(3);

        static async Task FlapAsync(IntakeSender sender)
        {
            foreach (var status in new[] { "trigger", "resolve", "trigger" })
            {
                await sender.SubmitAsync(new { dedup_key = "flap", title = "Flapping", status });
                await sender.IndexAsync();
            }
        }
    }

    [Fact]
    public async Task What_came_while_nobody_looked_is_decided_in_order()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        foreach (var status in new[] { "resolve", "trigger", "trigger", "resolve", "trigger", "acknowledge", "resolve", "trigger" })
        {
            await sender.SubmitAsync(new { dedup_key = "k", title = "T", status });
        }

        await sender.IndexAsync();

        (await sender.CasesAsync()).Select(one => one.Attributes().Text("status_group")).ShouldBe(["SG_CLOSED", "SG_CLOSED", "SG_OPEN"], ignoreOrder: true);
        (await sender.KeysAsync())["k"].GetProperty("total").GetInt64().ShouldBe(8);
    }

    [Fact]
    public async Task A_case_that_a_person_closed_is_left_alone_and_the_next_alert_opens_another()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        await sender.SubmitAsync(new { dedup_key = "k", title = "T" });
        await sender.IndexAsync();
        var first = (await sender.CasesAsync()).ShouldHaveSingleItem();
        await sender.Org.PostAsync($"/api/v2/cases/{first.Id()}/status", Documents.Case(new { status = "CLOSED" }));

        var receipt = await sender.SubmitAsync(new { dedup_key = "k", title = "T" });
        await sender.IndexAsync();

        var second = await sender.ReceiptAsync(receipt);
        second.Text("result").ShouldBe("opened");
        second.Text("case_id").ShouldNotBe(first.Id());
        (await sender.CaseAsync(first.Id())).Text("status_group").ShouldBe("SG_CLOSED");
    }

    [Fact]
    public async Task A_more_urgent_repeat_raises_the_priority_and_a_less_urgent_one_does_not_lower_it()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        foreach (var priority in new[] { "P3", "P1", "P4" })
        {
            await sender.SubmitAsync(new { dedup_key = "k", title = "T", priority });
            await sender.IndexAsync();
        }

        (await sender.CasesAsync()).ShouldHaveSingleItem().Attributes().Text("priority").ShouldBe("P1");
    }

    [Fact]
    public async Task The_end_of_a_trouble_is_only_written_down_where_that_is_wanted()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api", new { on_resolve = "annotate" });
        await sender.SubmitAsync(new { dedup_key = "k", title = "T" });
        await sender.SubmitAsync(new { dedup_key = "k", title = "T", status = "resolve" });
        await sender.IndexAsync();

        var only = (await sender.CasesAsync()).ShouldHaveSingleItem();
        only.Attributes().Text("status_group").ShouldBe("SG_OPEN");
        (await sender.CommentsAsync(only.Id())).ShouldHaveSingleItem().ShouldContain("Resolved by the sender");
    }

    [Fact]
    public async Task Alerts_of_one_service_share_a_case_until_all_of_them_are_resolved()
    {
        var sender = await GroupedAsync(new { group_by = new[] { "service" } });
        await SendAsync(sender, "trigger", ("a", "billing"), ("b", "billing"), ("c", "search"), ("d", "billing"));
        await sender.IndexAsync();
        var cases = await sender.CasesAsync();
        cases.Count.ShouldBe(2);
        var keys = await sender.KeysAsync();
        var billing = keys["a"].Text("case_id")!;
        (keys["b"].Text("case_id"), keys["d"].Text("case_id")).ShouldBe((billing, billing));

        await SendAsync(sender, "resolve", ("a", "billing"), ("b", "billing"));
        await sender.IndexAsync();
        (await sender.CaseAsync(billing)).Text("status_group").ShouldBe("SG_OPEN");
        await SendAsync(sender, "resolve", ("d", "billing"));
        await sender.IndexAsync();
        (await sender.CaseAsync(billing)).Text("status_group").ShouldBe("SG_CLOSED");
        (await sender.CaseAsync(keys["c"].Text("case_id")!)).Text("status_group").ShouldBe("SG_OPEN");
    }

    [Fact]
    public async Task What_is_too_much_for_a_minute_is_counted_in_one_overflow_case()
    {
        var sender = await GroupedAsync(new { max_cases_per_minute = 3 });
        var all = Enumerable.Range(0, 40).Select(i => ($"key-{i}", "x")).ToArray();
        await SendAsync(sender, "trigger", all);
        await sender.IndexAsync();

        var cases = await sender.CasesAsync();
        cases.Count.ShouldBe(4);
        var overflow = cases.Single(one => one.Attributes().Text("title")!.StartsWith("Alert storm", StringComparison.Ordinal));
        var keys = await sender.KeysAsync();
        keys.Values.Count(key => key.Text("case_id") == overflow.Id()).ShouldBe(37);
        keys.Values.Sum(key => key.GetProperty("total").GetInt64()).ShouldBe(40);
        (await sender.CountAsync("select count from intake_meter where integration_id in (select id from intake_integration where org_id = $1)")).ShouldBe(37);

        await SendAsync(sender, "resolve", all);
        await sender.IndexAsync(forgetful: true);
        (await sender.CasesAsync()).ShouldAllBe(one => one.Attributes().Text("status_group") == "SG_CLOSED");
    }

    [Fact]
    public async Task A_case_that_cannot_be_opened_is_opened_when_that_is_mended()
    {
        var org = await gateway.NewOrgAsync();
        var sender = await IntakeSender.CreateAsync(org, await org.NewProjectAsync("GONE"), "api");
        var receipt = await sender.SubmitAsync(new { title = "T" });
        await org.DeleteAsync($"/api/v2/cases/projects/{sender.Project}");

        await Should.ThrowAsync<InvalidOperationException>(() => sender.IndexAsync());
        (await sender.ReceiptAsync(receipt)).Text("state").ShouldBe("processing");
        (await sender.CountAsync("select count(*) from intake_effect where org_id = $1")).ShouldBe(1);

        await sender.ExecuteAsync(
            $"update intake_effect set body = jsonb_set(body, '{{project_id}}', to_jsonb('{await org.NewProjectAsync("BACK")}'::text)) where org_id = $1");
        await sender.IndexAsync();

        (await sender.ReceiptAsync(receipt)).Text("state").ShouldBe("done");
        (await sender.CasesAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_sender_that_falls_silent_opens_a_case_and_closes_it_when_it_is_back()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api", new { heartbeat_seconds = 60 });
        var watch = sender.Org.Gateway.Services.GetRequiredService<HeartbeatWatch>();
        await BeatAsync();
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await sender.IndexAsync();
        (await sender.CasesAsync()).ShouldBeEmpty();

        // As if it had been silent since yesterday.
        await sender.ExecuteAsync("update intake_heartbeat set due_at = now() - interval '1 day', last_seen_at = now() - interval '2 days' where org_id = $1");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await watch.LookAsync(TestContext.Current.CancellationToken)));
        await sender.IndexAsync();
        var opened = (await sender.CasesAsync()).ShouldHaveSingleItem();
        opened.Attributes().Text("title").ShouldBe("The api is silent");
        (await sender.Org.GetAsync($"{IntakeSender.Integrations}/{sender.Id}")).Data().Attributes().GetProperty("silent").GetBoolean().ShouldBeTrue();
        (await sender.KeysAsync()).ShouldHaveSingleItem().Value.GetProperty("total").GetInt64().ShouldBe(1);

        await BeatAsync();
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await sender.IndexAsync();
        (await sender.CaseAsync(opened.Id())).Text("status_group").ShouldBe("SG_CLOSED");
        (await sender.Org.GetAsync($"{IntakeSender.Integrations}/{sender.Id}")).Data().Attributes().GetProperty("silent").GetBoolean().ShouldBeFalse();

        async Task BeatAsync()
        {
            using var response = await sender.SendAsync("/api/v2/intake/heartbeat", "");
            response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
    }

    private Task<IntakeSender> GroupedAsync(object rules) => IntakeSender.CreateAsync(gateway, "webhook", Merge(rules));

    private static object Merge(object rules)
    {
        var mapping = new { items = "/alerts", dedup_key = "/key", title = "Trouble with {/key}", status = "/status", service = "/service" };
        var json = JsonSerializer.SerializeToElement(rules);
        return new
        {
            mapping,
            group_by = json.TryGetProperty("group_by", out var groupBy) ? groupBy : JsonSerializer.SerializeToElement(Array.Empty<string>()),
            max_cases_per_minute = json.TryGetProperty("max_cases_per_minute", out var most) ? most.GetInt32() : 60,
        };
    }

    /// <summary>In one message, hence at one moment.</summary>
    private static Task SendAsync(IntakeSender sender, string status, params (string Key, string Service)[] alerts) => sender.TakenAsync(
        $"/integrations/webhook/{sender.Id}", new { alerts = alerts.Select(one => new { key = one.Key, service = one.Service, status = status == "resolve" ? "ok" : "bad" }) });
}
