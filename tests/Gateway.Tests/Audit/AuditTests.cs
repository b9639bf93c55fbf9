using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Grains.Audit;
using Switchboard.Handlers;
using Switchboard.Handlers.Audit;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;

namespace Switchboard.Gateway.Tests.Audit;

/// <summary>The audit log over REST. The handler is fed by hand; each test works in an organisation of its own on the shared gateway.</summary>
public sealed class AuditTests(RunningGatewayFixture fixture)
{
    private const string Events = "/api/v2/audit/events";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entry_tells_who_did_what_to_what_with_both_values()
    {
        var org = await fixture.NewOrgAsync();
        var target = Guid.CreateVersion7();
        await HandleAsync(org, Record(org, target, 3, "case.priority_changed", """{"from":"P3","to":"P1"}""", Actor.User(org.UserId)));

        var entry = (await org.GetAsync(Events)).Data().EnumerateArray().ShouldHaveSingleItem();

        entry.Text("type").ShouldBe("audit");
        var attributes = entry.Attributes();
        attributes.Text("service").ShouldBe("case-management");
        attributes.Text("message").ShouldBe($"case.priority_changed on case {target} by ana@example.test");
        var facts = attributes.Attributes();
        facts.GetProperty("evt").Text("name").ShouldBe("case.priority_changed");
        facts.GetProperty("usr").Text("email").ShouldBe("ana@example.test");
        facts.GetProperty("asset").Text("id").ShouldBe(target.ToString());
        facts.GetProperty("details").Text("from").ShouldBe("P3");
        facts.GetProperty("details").Text("to").ShouldBe("P1");
        facts.Text("request_id").ShouldBe("request-3");
        facts.GetProperty("chain").GetProperty("number").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task Following_the_next_links_gives_every_entry_once_newest_first()
    {
        var org = await fixture.NewOrgAsync();
        await HandleAsync(org, [.. Enumerable.Range(1, 25).Select(version => Record(org, org.Id, version, "case.archived", "{}", Actor.System))]);

        var versions = new List<long>();
        for (var path = $"{Events}?page[limit]=10&filter[query]=@asset.id:{org.Id}"; path is not null;)
        {
            var page = await org.GetAsync(path);
            versions.AddRange(page.Data().EnumerateArray().Select(entry => entry.Attributes().Attributes().GetProperty("asset").GetProperty("version").GetInt64()));
            path = page.Has("links") ? page.GetProperty("links").Text("next") : null;
        }

        versions.ShouldBe(Enumerable.Range(1, 25).Reverse().Select(version => (long)version));
    }

    [Theory]
    [InlineData("filter[query]=@evt.name:case.archived", 1)]
    [InlineData("filter[query]=@evt.name:case.*", 3)]
    [InlineData("filter[query]=@asset.type:case AND service:case-management", 3)]
    [InlineData("filter[query]=service:on-call", 0)]
    [InlineData("filter[query]=@request_id:\"request-2\"", 1)]
    [InlineData("filter[from]=2026-02-01T00:00:02Z&filter[to]=2026-02-01T00:00:03Z", 1)]
    [InlineData("filter[from]=1769904001500", 2)]
    [InlineData("filter[to]=now-600w", 0)]
    [InlineData("filter[query]=*&sort=timestamp&page[limit]=2", 2)]
    public async Task Entries_are_chosen_by_conditions_and_time(string parameters, int count)
    {
        var org = await fixture.NewOrgAsync();
        await HandleAsync(
            org,
            Record(org, org.Id, 1, "case.opened", "{}", Actor.System),
            Record(org, org.Id, 2, "case.archived", "{}", Actor.System),
            Record(org, org.Id, 3, "case.unarchived", "{}", Actor.System));

        (await org.GetAsync($"{Events}?{parameters}")).Data().GetArrayLength().ShouldBe(count);
    }

    [Theory]
    [InlineData("filter[query]=colour:red")]
    [InlineData("filter[query]=@usr.id:ana")]
    [InlineData("filter[query]=@evt.name:")]
    [InlineData("filter[from]=yesterday")]
    [InlineData("filter[to]=now-99999999999d")]
    [InlineData("page[cursor]=abc")]
    [InlineData("page[limit]=1001")]
    [InlineData("sort=type")]
    public async Task What_is_not_understood_is_refused(string parameters)
    {
        var org = await fixture.NewOrgAsync();
        await org.RefusedAsync(HttpMethod.Get, $"{Events}?{parameters}", null, 400);
    }

    [Fact]
    public async Task What_was_imported_is_listed_by_the_time_of_record_and_shows_when_it_happened_too()
    {
        var org = await fixture.NewOrgAsync();
        var old = Record(org, org.Id, 2, "case.archived", "{}", Actor.System) with { OccurredAt = Start.AddYears(-4) };
        await HandleAsync(org, Record(org, org.Id, 1, "case.opened", "{}", Actor.System), old);

        var listed = (await org.GetAsync($"{Events}?filter[from]=2026-02-01T00:00:00Z")).Data().EnumerateArray().ToList();
        listed.Select(static entry => entry.Id()).First().ShouldBe(old.EventId.ToString());
        listed.Count.ShouldBe(2);
        listed[0].Attributes().Text("timestamp").ShouldBe("2026-02-01T00:00:02Z");
        var facts = listed[0].Attributes().Attributes();
        (facts.Text("occurred_at"), facts.Text("recorded_at")).ShouldBe(("2022-02-01T00:00:00Z", "2026-02-01T00:00:02Z"));
        (await org.GetAsync($"{Events}?filter[to]=2025-01-01T00:00:00Z")).Data().GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_export_is_the_whole_log_one_entry_a_line()
    {
        var org = await fixture.NewOrgAsync();
        await HandleAsync(org, [.. Enumerable.Range(1, 1_100).Select(version => Record(org, org.Id, version, "case.archived", "{}", Actor.User(org.UserId)))]);

        using var response = await org.SendRawAsync(HttpMethod.Get, "/api/v2/audit/export?sort=timestamp", null);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        response.Content.Headers.ContentDisposition!.FileName.ShouldBe("audit.ndjson");
        var lines = (await response.Content.ReadAsStringAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(1_100);
        var versions = lines.Select(line => JsonDocument.Parse(line).RootElement.Attributes().Attributes().GetProperty("asset").GetProperty("version").GetInt64());
        versions.ShouldBe(Enumerable.Range(1, 1_100).Select(version => (long)version));
    }

    [Fact]
    public async Task A_whole_chain_is_said_to_be_whole_and_a_changed_one_is_not()
    {
        var org = await fixture.NewOrgAsync();
        await HandleAsync(org, [.. Enumerable.Range(1, 5).Select(version => Record(org, org.Id, version, "case.archived", "{}", Actor.System))]);

        var before = await org.GetAsync("/api/v2/audit/verify");
        before.GetProperty("meta").GetProperty("whole").GetBoolean().ShouldBeTrue();
        var head = before.Data().EnumerateArray().Single().Attributes().GetProperty("head");
        head.GetProperty("number").GetInt64().ShouldBe(5);
        var noted = $"/api/v2/audit/verify?service=case-management&known[number]=5&known[hash]={head.Text("hash")}";
        (await org.GetAsync(noted)).GetProperty("meta").GetProperty("whole").GetBoolean().ShouldBeTrue();

        await using var connection = await Database(org).Primary.OpenConnectionAsync(Token);
        await using var edit = new NpgsqlCommand(
            $"set session_replication_role = replica; update audit_event set actor_id = gen_random_uuid() where org_id = '{org.Id}' and number = 3; reset session_replication_role",
            connection);
        await edit.ExecuteNonQueryAsync(Token);

        var after = await org.GetAsync("/api/v2/audit/verify");
        after.GetProperty("meta").GetProperty("whole").GetBoolean().ShouldBeFalse();
        var fault = after.Data().EnumerateArray().Single().Attributes().GetProperty("fault");
        (fault.GetProperty("number").GetInt64(), fault.Text("kind")).ShouldBe((3, "changed"));
        await org.RefusedAsync(HttpMethod.Get, "/api/v2/audit/verify?known[hash]=12", null, 400);
        await org.RefusedAsync(HttpMethod.Get, $"/api/v2/audit/verify?known[hash]={new string('0', 64)}", null, 400);
    }

    [Fact]
    public async Task Nobody_sees_another_organisations_log_or_without_permission_their_own()
    {
        var org = await fixture.NewOrgAsync();
        var other = await fixture.NewOrgAsync();
        await HandleAsync(org, Record(org, org.Id, 1, "case.archived", "{}", Actor.System));

        (await other.GetAsync(Events)).Data().GetArrayLength().ShouldBe(0);
        (await other.GetAsync($"{Events}?filter[query]=@asset.id:{org.Id}")).Data().GetArrayLength().ShouldBe(0);
        var reader = await org.AsNewUserAsync(Roles.Standard);
        await reader.RefusedAsync(HttpMethod.Get, Events, null, 403);
        await reader.RefusedAsync(HttpMethod.Get, "/api/v2/audit/export", null, 403);
        await reader.RefusedAsync(HttpMethod.Get, "/api/v2/audit/verify", null, 403);
    }

    private static DateTimeOffset Start { get; } = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    private static EventRecord Record(RunningOrg org, Guid target, long version, string type, string payload, Actor actor) => new()
    {
        Tenant = "case-management",
        OrgId = org.Id,
        StreamType = "case",
        StreamId = target,
        Version = version,
        EventId = Guid.CreateVersion7(),
        Type = type,
        Schema = 1,
        Payload = payload,
        Actor = actor,
        CorrelationId = $"request-{version}",
        OccurredAt = Start.AddSeconds(version),
        RecordedAt = Start.AddSeconds(version),
        Epoch = 1,
        Tx = 1,
        Seq = version,
    };

    private static TenantDatabase Database(RunningOrg org) => org.Gateway.Services.GetRequiredService<TenantDatabase>();

    private static async Task HandleAsync(RunningOrg org, params EventRecord[] records)
    {
        var handler = org.Gateway.Services.GetRequiredService<AuditHandler>();
        var rows = ImmutableArray.CreateBuilder<AuditEntry>();
        foreach (var record in records)
        {
            rows.AddRange(await handler.RowsOfAsync(new HandledEvent(record, new CaseArchived()), Token));
        }

        await using var connection = await Database(org).Primary.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await handler.WriteAsync(new EffectBatch<AuditEntry>(connection, rows.ToImmutable(), ""), Token);
        await transaction.CommitAsync(Token);
    }
}
