using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Cases;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Webhooks;
using Switchboard.Handlers.Webhooks;
using Switchboard.Testing;
using Switchboard.Testing.Http;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Webhooks;

/// <summary>From an event to a receiver, over a real store and real sockets. The tests share a database; each has an organisation of its own.</summary>
public sealed class WebhookDeliveryTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task An_event_is_sent_once_and_signed_however_often_it_is_brought()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        await using var peer = HttpPeer.Start();
        var (webhook, secret) = await world.NewWebhookAsync(peer.Url);
        await world.StartAsync();
        var opened = Samples.Case(world.Project);

        await world.AppendAsync(Samples.Open(opened), times: 3);
        var delivery = (await world.SettledAsync(webhook, 1)).Single();

        var request = peer.Requests.ShouldHaveSingleItem();
        WebhookWorld.IsSignedWith(request, secret).ShouldBeTrue();
        request.Headers["Switchboard-Delivery-Id"].ShouldBe(delivery.Id.ToString());
        request.Headers["Switchboard-Event-Id"].ShouldBe(delivery.EventId.ToString());
        request.Headers["Switchboard-Attempt"].ShouldBe("1");
        var body = WebhookWorld.JsonOf(request);
        body.GetProperty("type").GetString().ShouldBe("case.opened");
        body.GetProperty("case").GetProperty("key").GetString().ShouldBe(opened.Key);
        body.GetProperty("changes")[0].GetRawText().ShouldBe($$"""{"field":"title","old":null,"new":"{{opened.Title}}"}""");
        (delivery.State, delivery.Attempts, delivery.LastStatus).ShouldBe((DeliveryState.Delivered, 1, 200));
    }

    [Fact]
    public async Task Only_the_webhooks_that_want_an_event_get_it()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        await using var other = await WebhookWorld.CreateAsync(database.Database);
        var all = (await world.NewWebhookAsync("http://127.0.0.1:9/all")).Webhook;
        var opened = (await world.NewWebhookAsync("http://127.0.0.1:9/opened", types: ["case.opened"])).Webhook;
        var titles = (await world.NewWebhookAsync("http://127.0.0.1:9/titles", types: ["case.title_changed"], projects: [world.Project.Id])).Webhook;
        var elsewhere = (await world.NewWebhookAsync("http://127.0.0.1:9/elsewhere", projects: [Guid.NewGuid()])).Webhook;
        var off = (await world.NewWebhookAsync("http://127.0.0.1:9/off", enabled: false)).Webhook;
        var foreign = (await other.NewWebhookAsync("http://127.0.0.1:9/foreign")).Webhook;

        await world.RetitleAsync(await world.OpenCaseAsync(), "changed");

        (await TypesAsync(all)).ShouldBe(["case.title_changed", "case.opened"], ignoreOrder: true);
        (await TypesAsync(opened)).ShouldBe(["case.opened"]);
        (await TypesAsync(titles)).ShouldBe(["case.title_changed"]);
        (await TypesAsync(elsewhere)).ShouldBeEmpty();
        (await TypesAsync(off)).ShouldBeEmpty();
        (await other.DeliveriesAsync(foreign)).ShouldBeEmpty();
        (await other.DeliveriesAsync(all)).ShouldBeEmpty();

        async Task<IEnumerable<string>> TypesAsync(Webhook webhook) => (await world.DeliveriesAsync(webhook)).Select(one => one.EventType);
    }

    [Fact]
    public async Task A_restricted_project_is_told_only_to_webhooks_of_those_who_may_view_it()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        var viewer = Guid.CreateVersion7();
        var seeing = (await world.NewWebhookAsync("http://127.0.0.1:9/viewer", maker: viewer)).Webhook;
        await using var peer = HttpPeer.Start();
        var blind = (await world.NewWebhookAsync(peer.Url)).Webhook;
        var asking = (await world.NewWebhookAsync("http://127.0.0.1:9/asking", projects: [world.Project.Id])).Webhook;
        var opened = await world.OpenCaseAsync();
        await world.RestrictAsync(viewer);
        await world.RetitleAsync(opened, "secret");

        (await world.DeliveriesAsync(seeing)).Select(static one => one.EventType).ShouldBe(["case.title_changed", "case.opened"], ignoreOrder: true);
        (await world.DeliveriesAsync(asking)).Select(static one => one.EventType).ShouldBe(["case.opened"]);

        // What could be seen when it happened is sent, and not how the case is now.
        await world.StartAsync();
        (await world.SettledAsync(blind, 1)).Single().EventType.ShouldBe("case.opened");
        var sent = WebhookWorld.JsonOf(peer.Requests.ShouldHaveSingleItem());
        sent.GetProperty("type").GetString().ShouldBe("case.opened");
        sent.GetRawText().ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_webhook_names_a_linked_case_only_to_who_may_view_it()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        var viewer = Guid.CreateVersion7();
        await using var seeing = HttpPeer.Start();
        await using var blind = HttpPeer.Start();
        var first = (await world.NewWebhookAsync(seeing.Url, ["case.link_added", "case.merged"], maker: viewer)).Webhook;
        var second = (await world.NewWebhookAsync(blind.Url, ["case.link_added", "case.merged"])).Webhook;
        var hidden = await world.OpenCaseAsync();
        await world.RestrictAsync(viewer);
        var open = await world.OpenElsewhereAsync("NOC");

        await world.TellAsync(open, 1, new LinkAdded(Guid.CreateVersion7(), CaseLinkNames.Duplicates, LinkEnd.Case(open.Id), LinkEnd.Case(hidden.Id)));
        await world.TellAsync(open, 2, new CaseMerged(new MergedInto(hidden.Id, hidden.Key, null, new BeforeMerge("Open", StatusGroup.Open, null, false))));
        await world.StartAsync();
        await world.SettledAsync(first, 2);
        await world.SettledAsync(second, 2);

        seeing.Requests.ShouldAllBe(request => WebhookWorld.JsonOf(request).GetRawText().Contains(hidden.Id.ToString()));
        blind.Requests.ShouldAllBe(request => !WebhookWorld.JsonOf(request).GetRawText().Contains(hidden.Id.ToString()));
        blind.Requests.Select(request => WebhookWorld.JsonOf(request).GetProperty("changes")[0].GetProperty("field").GetString()).ShouldBe(["link", "merged_into"]);
    }

    [Fact]
    public async Task A_delivery_is_tried_until_it_is_taken_and_its_case_waits_in_order()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        await using var peer = HttpPeer.Start();
        peer.Then(500, "", "out of order").ThenDrop().Then(404);
        var (webhook, secret) = await world.NewWebhookAsync(peer.Url);
        var opened = await world.OpenCaseAsync();
        await world.RetitleAsync(await world.RetitleAsync(opened, "second"), "third");
        await world.StartAsync();

        var settled = await world.SettledAsync(webhook, 3);

        var requests = peer.Requests.ToArray();
        requests.Select(request => request.Headers["Switchboard-Event-Type"]).ShouldBe(
            ["case.opened", "case.opened", "case.opened", "case.opened", "case.title_changed", "case.title_changed"]);
        requests.Take(4).Select(request => request.Headers["Switchboard-Delivery-Id"]).Distinct().ShouldHaveSingleItem();
        requests.ShouldAllBe(request => WebhookWorld.IsSignedWith(request, secret));
        WebhookWorld.JsonOf(requests[^1]).GetProperty("case").GetProperty("version").GetInt64().ShouldBe(3);
        var first = await world.DetailAsync(webhook, settled.Single(one => one.EventType == "case.opened").Id);
        first.Log.Select(attempt => attempt.Status).ShouldBe([500, null, 404, 200]);
        first.Log[0].Response.ShouldBe("out of order");
        first.Log.ShouldAllBe(attempt => attempt.FinishedAt >= attempt.StartedAt);
    }

    [Fact]
    public async Task A_receiver_that_asks_for_a_pause_is_left_alone_as_a_whole()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database, ("Webhooks:ConcurrencyPerWebhook", "1"));
        await using var peer = HttpPeer.Start();
        peer.Then(429, "Retry-After: 1800\r\n");
        var (webhook, _) = await world.NewWebhookAsync(peer.Url);
        await world.OpenCaseAsync();
        await world.OpenCaseAsync();
        await world.StartAsync();

        var asked = await world.UntilAsync(webhook, all => all.Any(one => one.LastStatus == 429));

        var pushedBack = asked.Single(one => one.LastStatus == 429);
        (pushedBack.DueAt - pushedBack.CreatedAt).ShouldBeGreaterThan(TimeSpan.FromSeconds(1790));
        (await ClaimAsync(world, TimeProvider.System.GetUtcNow().AddSeconds(1700))).ShouldBeEmpty();
        peer.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_nobody_takes_within_its_time_is_given_up_and_lets_the_next_one_go()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database, ("Webhooks:GiveUpAfter", "00:00:01"), ("Webhooks:LongestPause", "00:00:00.2"));
        await using var peer = HttpPeer.Start();
        var (webhook, _) = await world.NewWebhookAsync("http://127.0.0.1:9/nobody");
        var opened = await world.OpenCaseAsync();
        await world.StartAsync();
        var lost = (await world.SettledAsync(webhook, 1)).Single();

        (await world.Webhooks.UpdateAsync(world.OrgId, webhook.Id, new WebhookSettings(null, peer.Url, null, null, null), WebhookWorld.Token)).Succeeded.ShouldBeTrue();
        await world.RetitleAsync(opened, "next");
        var settled = await world.SettledAsync(webhook, 2);

        lost.State.ShouldBe(DeliveryState.GivenUp);
        lost.LastError.ShouldNotBeNullOrEmpty();
        lost.Attempts.ShouldBeGreaterThan(1);
        settled.Count(one => one.State == DeliveryState.Delivered).ShouldBe(1);
    }

    [Fact]
    public async Task While_a_secret_is_replaced_both_are_valid()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        await using var peer = HttpPeer.Start();
        var (webhook, former) = await world.NewWebhookAsync(peer.Url);
        var id = Guid.CreateVersion7();
        var rotated = (await world.Webhooks.RotateSecretAsync(world.OrgId, webhook.Id, id, WebhookWorld.Token)).Value.ShouldNotBeNull();
        (await world.Webhooks.RotateSecretAsync(world.OrgId, webhook.Id, id, WebhookWorld.Token)).Value.ShouldNotBeNull().Secret.ShouldBeNull();

        await world.OpenCaseAsync();
        await world.StartAsync();
        await world.SettledAsync(webhook, 1);

        var request = peer.Requests.ShouldHaveSingleItem();
        WebhookWorld.IsSignedWith(request, former).ShouldBeTrue();
        WebhookWorld.IsSignedWith(request, rotated.Secret!).ShouldBeTrue();
        rotated.Webhook.PreviousSecretUntil.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_delivery_and_a_range_of_them_can_be_sent_again()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        await using var peer = HttpPeer.Start();
        var (webhook, _) = await world.NewWebhookAsync(peer.Url);
        await world.OpenCaseAsync();
        await world.OpenCaseAsync();
        await world.StartAsync();
        var first = (await world.SettledAsync(webhook, 2))[0];

        (await world.Webhooks.ReplayAsync(world.OrgId, webhook.Id, first.Id, WebhookWorld.Token)).ShouldBeTrue();
        await world.UntilAsync(webhook, all => all.Single(one => one.Id == first.Id) is { State: DeliveryState.Delivered, Attempts: 2 });
        var range = new ReplayRange(world.OrgId, webhook.Id, first.CreatedAt.AddHours(-1), first.CreatedAt.AddHours(1), null, 100);
        (await world.Webhooks.ReplayAsync(range with { State = DeliveryState.GivenUp }, WebhookWorld.Token)).ShouldBe(0);
        (await world.Webhooks.ReplayAsync(range, WebhookWorld.Token)).ShouldBe(2);
        await world.UntilAsync(webhook, all => all.All(one => one.State == DeliveryState.Delivered) && all.Sum(one => one.Attempts) == 5);

        peer.Requests.Count.ShouldBe(5);
        peer.Requests.Select(request => request.Headers["Switchboard-Delivery-Id"]).Distinct().Count().ShouldBe(2);
        (await world.Webhooks.ReplayAsync(Guid.NewGuid(), webhook.Id, first.Id, WebhookWorld.Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_webhook_that_has_failed_for_days_is_switched_off_with_the_reason_and_can_be_switched_on()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        await using var peer = HttpPeer.Start();
        peer.Then(503);
        var (webhook, _) = await world.NewWebhookAsync(peer.Url);
        await world.Database.ExecuteAsync($"update webhook_endpoint set failing_since = now() - interval '73 hours' where id = '{webhook.Id}'");
        await world.OpenCaseAsync();
        await world.StartAsync();

        Webhook now;
        do
        {
            now = (await world.Webhooks.FindAsync(world.OrgId, webhook.Id, WebhookWorld.Token)).ShouldNotBeNull();
        }
        while (now.Enabled);
        now.DisabledReason.ShouldNotBeNull().ShouldEndWith("has failed; the last: answered with 503");

        var on = (await world.Webhooks.UpdateAsync(
            world.OrgId, webhook.Id, new WebhookSettings(null, null, null, null, true), WebhookWorld.Token)).Value.ShouldNotBeNull();
        (on.Enabled, on.DisabledReason, on.FailingSince).ShouldBe((true, null, null));
        (await world.SettledAsync(webhook, 1)).Single().State.ShouldBe(DeliveryState.Delivered);
    }

    [Fact]
    public async Task An_attempt_that_was_interrupted_shows_and_its_late_end_changes_nothing()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        var (webhook, _) = await world.NewWebhookAsync("http://127.0.0.1:9/");
        await world.OpenCaseAsync();
        var now = TimeProvider.System.GetUtcNow();
        var frozen = (await ClaimAsync(world, now)).ShouldHaveSingleItem();
        (await ClaimAsync(world, now)).ShouldBeEmpty();

        var second = (await ClaimAsync(world, now.AddMinutes(2))).ShouldHaveSingleItem();
        var taken = new AttemptResult(200, TimeSpan.FromMilliseconds(5), null, null, null);
        await world.Queue.SettleAsync(frozen, taken with { Error = "late" }, null, null, now, now.AddDays(-3), WebhookWorld.Token);
        (await world.DeliveriesAsync(webhook)).Single().State.ShouldBe(DeliveryState.Due);
        await world.Queue.SettleAsync(second, taken, null, null, now, now.AddDays(-3), WebhookWorld.Token);

        (frozen.Id, frozen.Attempt, second.Attempt).ShouldBe((second.Id, 1, 2));
        (await world.DeliveriesAsync(webhook)).Single().State.ShouldBe(DeliveryState.Delivered);
    }

    [Fact]
    public async Task Many_processes_that_claim_at_once_never_get_the_same_and_keep_to_the_bound_and_the_order()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        var (webhook, _) = await world.NewWebhookAsync("http://127.0.0.1:9/");
        var opened = new List<CaseSnapshot>();
        for (var i = 0; i < 12; i++)
        {
            opened.Add(await world.OpenCaseAsync());
            await world.RetitleAsync(opened[i], "second");
        }

        var now = TimeProvider.System.GetUtcNow();
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ClaimAsync(world, now, 5)));

        var mine = claims.SelectMany(claimed => claimed).Where(claimed => claimed.WebhookId == webhook.Id).ToList();
        mine.Select(claimed => claimed.Id).Distinct().Count().ShouldBe(mine.Count);
        mine.Count.ShouldBe(5);
        mine.ShouldAllBe(claimed => claimed.Told.Version == 1);
    }

    [Fact]
    public async Task Secrets_lie_sealed_in_the_database()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        var (webhook, secret) = await world.NewWebhookAsync("http://127.0.0.1:9/");

        var row = (string)(await world.Database.ExecuteAsync(
            $"select encode(secret, 'escape') || row_to_json(w)::text from webhook_endpoint w where id = '{webhook.Id}'"))!;

        row.ShouldNotContain(secret[6..]);
        webhook.SecretHint.ShouldBe(secret[^4..]);
    }

    [Fact]
    public async Task The_log_is_kept_for_its_time_and_what_was_due_for_a_webhook_that_is_off_is_given_up()
    {
        await using var world = await WebhookWorld.CreateAsync(database.Database);
        var (kept, _) = await world.NewWebhookAsync("http://127.0.0.1:9/");
        await world.OpenCaseAsync();
        await world.OpenCaseAsync();
        var all = await world.DeliveriesAsync(kept);
        await world.Database.ExecuteAsync($"update webhook_delivery set state = 1, finished_at = now() - interval '31 days' where id = '{all[0].Id}'");
        await world.Database.ExecuteAsync($"update webhook_delivery set expires_at = now() - interval '1 minute' where id = '{all[1].Id}'");
        await world.Webhooks.UpdateAsync(world.OrgId, kept.Id, new WebhookSettings(null, null, null, null, false), WebhookWorld.Token);

        var sweep = world.Services.GetServices<IHostedService>().OfType<WebhookSweep>().Single();
        await sweep.SweepAsync(WebhookWorld.Token);

        var left = (await world.DeliveriesAsync(kept)).ShouldHaveSingleItem();
        (left.Id, left.State).ShouldBe((all[1].Id, DeliveryState.GivenUp));
        left.LastError.ShouldNotBeNull().ShouldContain("switched off");
    }

    private static async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(WebhookWorld world, DateTimeOffset now, int most = 64)
    {
        // Other tests of the class have webhooks in the same database, and senders; only one's own are looked at.
        var claimed = await world.Queue.ClaimAsync(64, most, now, TimeSpan.FromMinutes(1), WebhookWorld.Token);
        return [.. claimed.Where(one => one.Told.OrgId == world.OrgId)];
    }
}
