using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>
/// Holds what every flavor made of the events against the log and against what clients were told: nothing acknowledged is lost, nothing of
/// a case is out of order, every effect in the database is there exactly once, every call to the outside at least once.
/// </summary>
internal static class DeliveryHistory
{
    private static readonly Dictionary<string, string> Wanted = new()
    {
        ["timeline"] = "stream_type = 'case'",
        ["analytic"] = "type in ('case.opened', 'case.status_changed', 'case.priority_changed', 'case.assignee_changed', 'case.moved', 'case.archived', 'case.unarchived', 'case.deleted')",
        ["attributes-indexer"] = "type in ('case.opened', 'case.attributes_replaced', 'case.moved', 'case.deleted')",
        ["audit"] = "true",
        ["evp-indexer"] = "true",
        ["search-indexer-es-v8"] = "stream_type = 'case'",
        ["nexus"] = "stream_type = 'case'",
        ["webhook"] = "stream_type = 'case'",
        ["case-link"] = "type in ('case.status_changed', 'case.link_added')",
        ["case-indexer"] = "stream_type = 'intake'",
    };

    /// <summary>Their calls may be repeated at will: they keep no marks.</summary>
    private static readonly string[] Repeatable = ["nexus", "search-indexer-es-v8", "case-indexer"];

    private static readonly Dictionary<string, string[]> Tables = new()
    {
        ["timeline"] = ["timeline_entry"],
        ["analytic"] = ["analytic_case", "analytic_day"],
        ["attributes-indexer"] = ["attribute_case", "attribute_project", "attribute_key", "attribute_value"],
    };

    /// <summary>For each flavor that keeps marks, what finds the events that it wants and has not marked.</summary>
    public static IEnumerable<(string Flavor, string Sql)> Unmarked => Wanted.Where(flavor => !Repeatable.Contains(flavor.Key)).Select(flavor => (flavor.Key, $"""
        select type || ' ' || event_id from domain_events e where {flavor.Value} and not exists (
            select from handler_mark m where m.flavor = (select id from handler_flavor where name = '{flavor.Key}') and m.event_id = e.event_id)
        """));

    /// <summary>Checks everything.</summary>
    /// <param name="site">An instance that has settled.</param>
    /// <returns>A line of figures.</returns>
    public static async Task<string> ShouldHoldAsync(DeliverySite site)
    {
        await StoredCases.ShouldHoldAsync(site.Data, site.Work.Cases);
        await StoredCases.ShouldBeWholeAsync(site.Data);
        await EveryFlavorTookEveryEventOnceAsync(site.Data);
        await FiguresAreThoseOfTheLogAsync(site.Data);
        await FollowersWereClosedOnceAsync(site);
        await TheAuditLogIsWholeAsync(site);
        await FilesHoldEveryEventOnceAsync(site.Data);
        await WebhooksArrivedAsync(site);
        await ChangesWereToldOnceAsync(site);
        await RebuiltTablesAreTheSameAsync(site.Data);
        var events = (await site.Data.QueryAsync("select count(*) from domain_events", row => row.GetInt64(0)))[0];
        var arrivals = site.Receiver.Arrivals;
        return $"{events} events of {site.Work.Cases.Count} cases, {site.Work.Acknowledged} changes acknowledged; webhooks: {arrivals.Count} arrivals, "
            + $"{arrivals.Count - arrivals.Select(one => one.EventId).Distinct().Count()} repeated, {site.Receiver.Refused} refused, {site.Receiver.Dropped} dropped; "
            + $"followed over {site.Watcher.Connections} connections";
    }

    private static async Task EveryFlavorTookEveryEventOnceAsync(DataRoot data)
    {
        await ShouldBeNoneAsync(data, "dead letters", "select flavor || ': ' || error from dead_letter");
        var flavors = await data.QueryAsync("select distinct consumer from stream_queue where consumer not like 'relay:%'", row => row.GetString(0));
        flavors.ShouldBe(Wanted.Keys, ignoreOrder: true);
        foreach (var (flavor, unmarked) in Unmarked)
        {
            // The other way round it need not hold: a rebuild marks whatever it has read ahead.
            await ShouldBeNoneAsync(data, $"events that {flavor} wants and has not marked", unmarked);
        }
    }

    private static async Task FiguresAreThoseOfTheLogAsync(DataRoot data)
    {
        await ShouldBeNoneAsync(data, "history entries that are not the log's", """
            select coalesce(t.event_id, e.event_id)::text from timeline_entry t
            full join (select * from domain_events where stream_type = 'case') e on (e.stream_id, e.version, e.event_id) = (t.case_id, t.version, t.event_id)
            where t.event_id is null or e.event_id is null
            """);
        await ShouldBeNoneAsync(data, "analytics that differ from their case", """
            select c.id::text from "case" c full join analytic_case a on a.case_id = c.id
            where (a.project_id, a.priority, a.status_group, a.status_name) is distinct from (c.project_id, c.priority, c.status_group, c.status_name)
            """);
        await ShouldBeNoneAsync(data, "days whose openings and closings are miscounted", """
            select 'openings ' || coalesce(sum(opened), 0) || ', closings ' || coalesce(sum(resolved), 0) from analytic_day
            having sum(opened) is distinct from (select count(*) from domain_events where type = 'case.opened')
                or sum(resolved) is distinct from (select count(*) from domain_events where type = 'case.status_changed' and payload ->> 'to_group' = 'Closed')
            """);
        await ShouldBeNoneAsync(data, "attribute values that are miscounted", """
            with counted as (
                select c.project_id, a.key, v.value, count(distinct c.id) cases
                from "case" c, jsonb_each(c.attributes) a, jsonb_array_elements_text(a.value) v group by 1, 2, 3)
            select coalesce(c.key, v.key) || '=' || coalesce(c.value, v.value) from counted c
            full join attribute_value v on (v.project_id, v.key, v.value) = (c.project_id, c.key, c.value)
            where c.cases is distinct from v.cases
            """);
    }

    private static async Task FollowersWereClosedOnceAsync(DeliverySite site)
    {
        var closings = (await site.Data.QueryAsync(
                "select stream_id::text, metadata ->> 'causation_id' from domain_events where type = 'case.status_changed'",
                row => (Case: row.GetString(0), Cause: row.IsDBNull(1) ? "" : row.GetString(1))))
            .ToLookup(row => row.Case, row => row.Cause);
        site.Work.Followers.ShouldNotBeEmpty();
        foreach (var follower in site.Work.Followers)
        {
            closings[follower].ShouldHaveSingleItem(follower).ShouldStartWith("case-link:1:");
        }
    }

    private static async Task TheAuditLogIsWholeAsync(DeliverySite site)
    {
        using var api = site.Host.Connect();
        var verified = await api.GetAsync("/api/v2/audit/verify?limit=1000000");
        verified.Require(System.Net.HttpStatusCode.OK)["meta"]!["whole"]!.GetValue<bool>().ShouldBeTrue(verified.Text);

        await ShouldBeNoneAsync(site.Data, "audit entries that are not the log's", """
            select coalesce(a.event_id, e.event_id)::text from audit_event a full join domain_events e using (event_id) where a.event_id is null or e.event_id is null
            """);
        await ShouldBeNoneAsync(site.Data, "audit entries of a case that are out of order", """
            select event_id::text from (
                select event_id, target_version, lag(target_version, 1, 0::bigint) over (partition by target_id order by number) before from audit_event) a
            where target_version <> before + 1
            """);
    }

    private static async Task FilesHoldEveryEventOnceAsync(DataRoot data)
    {
        var files = await data.QueryAsync(
            "select name, sha256, lines from evp_segment where state = 2 and lines > 0 order by id",
            row => (Name: row.GetString(0), Sha256: row.GetString(1), Lines: row.GetInt64(2)));
        List<(Guid EventId, Guid StreamId, long Version)> lines = [];
        foreach (var (name, sha256, count) in files)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(data.Path, "files", name));
            Convert.ToHexStringLower(SHA256.HashData(bytes)).ShouldBe(sha256, name);
            using var reader = new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));
            var text = await reader.ReadToEndAsync();
            text.ShouldEndWith("\n");
            var before = lines.Count;
            lines.AddRange(text.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).Select(line =>
                (line["event_id"]!.GetValue<Guid>(), line["stream_id"]!.GetValue<Guid>(), line["stream_version"]!.GetValue<long>())));
            (lines.Count - before).ShouldBe((int)count, name);
        }

        Directory.EnumerateFiles(Path.Combine(data.Path, "files", "events"), "*.ndjson.gz", SearchOption.AllDirectories).Count().ShouldBe(files.Count);
        var stored = await data.QueryAsync("select event_id from domain_events", row => row.GetGuid(0));
        lines.Select(line => line.EventId).ShouldBe(stored, ignoreOrder: true);
        ShouldBeInOrder("lines of files", lines.Select(line => (line.StreamId, line.Version)));
    }

    private static async Task WebhooksArrivedAsync(DeliverySite site)
    {
        site.Receiver.Forged.ShouldBe(0);
        var stored = await site.Data.QueryAsync("select event_id from domain_events where stream_type = 'case'", row => row.GetGuid(0));
        var first = site.Receiver.Arrivals.DistinctBy(one => one.EventId).ToList();
        first.Select(one => one.EventId).ShouldBe(stored, ignoreOrder: true);
        ShouldBeInOrder("webhook deliveries", first.Select(one => (one.CaseId, one.Version)));
        await ShouldBeNoneAsync(site.Data, "deliveries that are missing, doubled or not done", """
            select e.event_id::text from domain_events e left join webhook_delivery d on d.event_id = e.event_id and d.state = 1
            where e.stream_type = 'case' group by e.event_id having count(d.id) <> 1
            """);
    }

    private static async Task ChangesWereToldOnceAsync(DeliverySite site)
    {
        site.Watcher.Reset.ShouldBeNull();
        var stored = await site.Data.QueryAsync("select event_id from domain_events where stream_type = 'case' order by tx, seq", row => row.GetGuid(0));
        site.Watcher.Changes.Select(change => change.EventId).ShouldBe(stored);
    }

    /// <summary>The tables, filled anew from the log, row for row.</summary>
    private static async Task RebuiltTablesAreTheSameAsync(DataRoot data)
    {
        foreach (var (flavor, tables) in Tables)
        {
            var before = await DumpAsync(tables);
            var rebuilt = await CaseCli.RunAsync(data, "rebuild", flavor, "--wait");
            rebuilt["status"]!.GetValue<string>().ShouldBe("done", rebuilt.ToJsonString());
            var after = await DumpAsync(tables);
            before.Except(after).ShouldBe(after.Except(before), $"{flavor}, before and after");
            after.Count.ShouldBe(before.Count, flavor);
        }

        async Task<List<string>> DumpAsync(string[] tables)
        {
            List<string> rows = [];
            foreach (var table in tables)
            {
                // When a value was last seen is forgotten when no case has it any more, which depends on whose events come first.
                rows.AddRange(await data.QueryAsync($"select '{table} ' || (to_jsonb(t) - 'last_seen')::text from {table} t order by 1", row => row.GetString(0)));
            }

            rows.ShouldNotBeEmpty();
            return rows;
        }
    }

    private static void ShouldBeInOrder(string what, IEnumerable<(Guid Stream, long Version)> taken)
    {
        var last = new Dictionary<Guid, long>();
        foreach (var (stream, version) in taken)
        {
            version.ShouldBe(last.GetValueOrDefault(stream) + 1, $"{what}: {stream}");
            last[stream] = version;
        }
    }

    private static async Task ShouldBeNoneAsync(DataRoot data, string what, string sql) =>
        (await data.QueryAsync($"select * from ({sql}) found limit 20", row => row.GetString(0))).ShouldBeEmpty(what);
}
