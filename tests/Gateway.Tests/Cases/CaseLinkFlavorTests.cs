using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Handlers;
using Switchboard.Handlers.CaseLinks;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Gateway.Tests.Cases;

/// <summary>Linked cases with real grains; the handler is given the organisation's events by hand, each several times.</summary>
public sealed class CaseLinkFlavorTests(RunningGatewayFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Closing_a_parent_closes_its_children_and_theirs_where_the_project_wants_it()
    {
        var org = await fixture.NewOrgAsync();
        var project = await ProjectAsync(org, new { close_children_with_parent = true });
        var (parent, child, grandchild, other) = (await OpenAsync(org, project), await OpenAsync(org, project), await OpenAsync(org, project), await OpenAsync(org, project));
        await LinkAsync(org, "PARENT_OF", parent, child);
        await LinkAsync(org, "PARENT_OF", child, grandchild);
        await LinkAsync(org, "RELATES_TO", parent, other);

        await CloseAsync(org, parent);
        await DeliverAllAsync(org);

        (await GroupAsync(org, child)).ShouldBe("SG_CLOSED");
        (await GroupAsync(org, grandchild)).ShouldBe("SG_CLOSED");
        (await GroupAsync(org, other)).ShouldBe("SG_OPEN");
        (await CausesAsync(org, grandchild)).ShouldHaveSingleItem().ShouldStartWith("case-link:2:");
    }

    [Fact]
    public async Task Children_stay_open_where_the_project_does_not_say_otherwise()
    {
        var org = await fixture.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var (parent, child) = (await OpenAsync(org, project), await OpenAsync(org, project));
        await LinkAsync(org, "PARENT_OF", parent, child);

        await CloseAsync(org, parent);
        await DeliverAllAsync(org);

        (await GroupAsync(org, child)).ShouldBe("SG_OPEN");
    }

    [Fact]
    public async Task A_duplicate_follows_its_original_whichever_of_linking_and_closing_came_first()
    {
        var org = await fixture.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var (original, before, after, unlinked) = (await OpenAsync(org, project), await OpenAsync(org, project), await OpenAsync(org, project), await OpenAsync(org, project));
        await LinkAsync(org, "DUPLICATES", before, original);
        var link = await LinkAsync(org, "DUPLICATES", unlinked, original);
        await org.DeleteAsync($"/api/v2/cases/link/{link}");

        await CloseAsync(org, original);
        await LinkAsync(org, "DUPLICATES", after, original);
        await DeliverAllAsync(org);

        (await GroupAsync(org, before)).ShouldBe("SG_CLOSED");
        (await GroupAsync(org, after)).ShouldBe("SG_CLOSED");
        (await GroupAsync(org, unlinked)).ShouldBe("SG_OPEN");
    }

    [Fact]
    public async Task A_case_that_somebody_opened_again_is_not_closed_by_the_same_event_twice()
    {
        var org = await fixture.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var (original, duplicate) = (await OpenAsync(org, project), await OpenAsync(org, project));
        await LinkAsync(org, "DUPLICATES", duplicate, original);
        var before = await DeliverAllAsync(org);
        await CloseAsync(org, original);
        await DeliverAllAsync(org, before);
        (await GroupAsync(org, duplicate)).ShouldBe("SG_CLOSED");
        await SetStatusAsync(org, duplicate, "OPEN");

        await DeliverAllAsync(org, before);

        (await GroupAsync(org, duplicate)).ShouldBe("SG_OPEN");
    }

    [Fact]
    public async Task A_setting_of_another_type_is_refused()
    {
        var org = await fixture.NewOrgAsync();
        await org.RefusedAsync(
            HttpMethod.Post, "/api/v2/cases/projects",
            Documents.Project(new { key = "BAD", name = "x", settings = new { case_links = new { close_children_with_parent = "yes" } } }), 400);
    }

    private static async Task<string> ProjectAsync(RunningOrg org, object rules)
    {
        var project = await org.NewProjectAsync();
        await org.PatchAsync($"/api/v2/cases/projects/{project}", Documents.Project(new { settings = new { case_links = rules } }));
        return project;
    }

    private static async Task<string> OpenAsync(RunningOrg org, string project) => (await org.NewCaseAsync(project)).Id();

    private static Task CloseAsync(RunningOrg org, string id) => SetStatusAsync(org, id, "CLOSED");

    private static Task SetStatusAsync(RunningOrg org, string id, string status) =>
        org.PostAsync($"/api/v2/cases/{id}/status", Documents.Case(new { status }));

    private static async Task<string> GroupAsync(RunningOrg org, string id) =>
        (await org.GetAsync($"/api/v2/cases/{id}")).Data().Attributes().Text("status_group")!;

    private static async Task<string> LinkAsync(RunningOrg org, string relationship, string parent, string child)
    {
        var attributes = new { relationship, parent_entity_type = "CASE", parent_entity_id = parent, child_entity_type = "CASE", child_entity_id = child };
        return (await org.PostAsync("/api/v2/cases/link", new { data = new { type = "link", attributes } }, System.Net.HttpStatusCode.Created)).Data().Id();
    }

    /// <summary>The organisation's events after one, in order and each twice, until nothing new happens. Returns the last one's number.</summary>
    private static async Task<long> DeliverAllAsync(RunningOrg org, long after = 0)
    {
        var handler = org.Gateway.Services.GetRequiredService<CaseLinkHandler>();
        var codec = org.Gateway.Services.GetRequiredService<EventCodec>();
        while (true)
        {
            var records = (await RecordsAsync(org)).Where(record => record.Seq > after).ToList();
            if (records.Count == 0)
            {
                return after;
            }

            foreach (var record in records.SelectMany(record => new[] { record, record }).Where(handler.Wants))
            {
                await handler.HandleAsync(new HandledEvent(record, codec.Decode(record)), Token);
            }

            after = records[^1].Seq;
        }
    }

    private static async Task<List<string>> CausesAsync(RunningOrg org, string id) => [.. (await RecordsAsync(org))
        .Where(record => record.StreamId == Guid.Parse(id)).Select(record => record.CausationId).OfType<string>()];

    private static async Task<List<EventRecord>> RecordsAsync(RunningOrg org)
    {
        await using var command = org.Gateway.Services.GetRequiredService<TenantDatabase>().Primary.CreateCommand(
            """
            select stream_type, stream_id, version, event_id, type, schema, payload::text, metadata, occurred_at, recorded_at, seq
            from domain_events where org_id = $1 order by tx, seq
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = org.Id });
        await using var row = await command.ExecuteReaderAsync(Token);
        var records = new List<EventRecord>();
        while (await row.ReadAsync(Token))
        {
            using var metadata = JsonDocument.Parse(row.GetString(7));
            records.Add(new EventRecord
            {
                Tenant = TenantDatabases.CaseManagementTenant,
                OrgId = org.Id,
                StreamType = row.GetString(0),
                StreamId = row.GetGuid(1),
                Version = row.GetInt64(2),
                EventId = row.GetGuid(3),
                Type = row.GetString(4),
                Schema = row.GetInt16(5),
                Payload = row.GetString(6),
                Actor = Actor.System,
                CorrelationId = metadata.RootElement.GetProperty("correlation_id").GetString()!,
                CausationId = metadata.RootElement.TryGetProperty("causation_id", out var cause) ? cause.GetString() : null,
                OccurredAt = row.GetFieldValue<DateTime>(8),
                RecordedAt = row.GetFieldValue<DateTime>(9),
                Epoch = 1,
                Tx = 1,
                Seq = row.GetInt64(10),
            });
        }

        return records;
    }
}
