using System.Text.Json.Nodes;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>Records that no flavor can read, one that is very large, and one that a flavor cannot handle; and what an operator does about them.</summary>
public sealed class PoisonTests(ITestOutputHelper output)
{
    private const int Seed = 1;

    private static readonly (string Type, int Schema, string Payload, string Reason)[] Unreadable =
    [
        ("case.teleported", 1, "'{}'", "unknown-type"),
        ("case.opened", 99, "'{}'", "future-schema"),
        ("case.status_changed", 99, "'{}'", "future-schema"),
        ("case.opened", 1, "'\"nothing\"'", "undecodable"),
    ];

    [Fact]
    public async Task Poison_stops_no_flavor_and_is_listed_shown_replayed_and_dropped()
    {
        output.WriteLine($"seed {Seed}");
        await using var site = await DeliverySite.StartAsync(Seed, pairs: 1);
        var org = site.Host.Credentials.OrgId;
        foreach (var (type, schema, payload, _) in Unreadable)
        {
            await InsertAsync(site.Data, org, type, schema, payload);
        }

        var large = await InsertAsync(
            site.Data, org, "case.comment_added", 1, "jsonb_build_object('cell_id', gen_random_uuid(), 'message', repeat('x', 5000000))");
        await BreakTimelineAsync(site.Data);
        using var api = site.Host.Connect();
        var id = site.Work.Cases.Keys.First();
        (await api.UpdateAsync(id, "comment", new { comment = "indigestible" })).Ok.ShouldBeTrue();
        (await api.UpdateAsync(id, "title", new { title = "step 1" })).Ok.ShouldBeTrue();
        await site.TakenAsync();

        var letters = (await CaseCli.RunAsync(site.Data, "dead-letters", "list", "--limit", "1000")).AsArray();
        letters.Select(letter => Text(letter!, "flavor")).Distinct().ShouldBe(
            ["timeline", "analytic", "attributes-indexer", "audit", "evp-indexer", "nexus", "webhook", "case-link"], ignoreOrder: true);
        foreach (var (type, _, _, reason) in Unreadable)
        {
            letters.Where(letter => Text(letter!, "type") == type).Select(letter => Text(letter!, "reason")).ShouldContain(reason, type);
        }

        (await site.Data.QueryAsync($"select length(new_value::text) from timeline_entry where case_id = '{large}'", row => row.GetInt32(0))).ShouldBe([5_000_002]);
        (await site.Data.QueryAsync($"select count(*) from timeline_entry where case_id = '{id}' and kind = 'TITLE_CHANGED'", row => row.GetInt64(0))).ShouldBe([1]);
        var streams = (await CaseCli.RunAsync(site.Data, "streams", "list")).AsArray();
        streams.Select(queue => Text(queue!, "consumer")).Distinct().Count().ShouldBe(10);
        streams.ShouldAllBe(queue => Text(queue!, "state") == "running" && queue!["behind_at_most"]!.GetValue<long>() == 0);
        await site.UntilToldAsync(Guid.Parse(id), version: 4);

        var failed = Number(letters.Single(letter => Text(letter!, "reason") == "handler-failed"));
        var shown = await CaseCli.RunAsync(site.Data, "dead-letters", "show", $"{failed}");
        Text(shown, "error").ShouldContain("indigestible is refused");
        shown["payload"]!["message"]!.GetValue<string>().ShouldBe("indigestible");
        await site.Data.QueryAsync("drop trigger indigestible on timeline_entry", row => 0);
        await CaseCli.RunAsync(site.Data, "dead-letters", "replay", $"{failed}");
        await site.UntilNoneAsync("requests for replays", "select id::text from dead_letter where status = 'replay_requested'");
        Text(await CaseCli.RunAsync(site.Data, "dead-letters", "show", $"{failed}"), "status").ShouldBe("replayed");
        (await site.Data.QueryAsync("select count(*) from timeline_entry where new_value::text like '%indigestible%'", row => row.GetInt64(0))).ShouldBe([1]);

        var unknown = Number(letters.First(letter => Text(letter!, "reason") == "unknown-type"));
        await CaseCli.RunAsync(site.Data, "dead-letters", "replay", $"{unknown}");
        await site.UntilNoneAsync("requests for replays", "select id::text from dead_letter where status = 'replay_requested'");
        var again = await CaseCli.RunAsync(site.Data, "dead-letters", "show", $"{unknown}");
        (Text(again, "status"), again["replays"]!.GetValue<int>()).ShouldBe(("parked", 1));
        await CaseCli.RunAsync(site.Data, "dead-letters", "drop", $"{unknown}");
        Text((await CaseCli.RunAsync(site.Data, "dead-letters", "list", "--status", "dropped")).AsArray().Single()!, "id").ShouldBe($"{unknown}");
        (await site.Host.StopAsync()).ShouldBe(0);
    }

    private static string Text(JsonNode node, string member) => node[member]!.ToString();

    private static long Number(JsonNode? letter) => letter!["id"]!.GetValue<long>();

    private static async Task<Guid> InsertAsync(DataRoot data, Guid org, string type, int schema, string payload) => (await data.QueryAsync(
        $$"""
        insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
        values ('{{org}}', 'case', gen_random_uuid(), 1, gen_random_uuid(), '{{type}}', {{schema}}, {{payload}},
                '{"actor":{"kind":"System","id":"00000000-0000-0000-0000-000000000000"},"correlation_id":"poison"}', now(), now())
        returning stream_id
        """,
        row => row.GetGuid(0)))[0];

    private static async Task BreakTimelineAsync(DataRoot data)
    {
        await data.QueryAsync(
            """
            create function indigestible() returns trigger language plpgsql as $$
            begin
                if new.new_value::text like '%indigestible%' then raise exception 'indigestible is refused'; end if;
                return new;
            end $$
            """,
            row => 0);
        await data.QueryAsync("create trigger indigestible before insert on timeline_entry for each row execute function indigestible()", row => 0);
    }
}
