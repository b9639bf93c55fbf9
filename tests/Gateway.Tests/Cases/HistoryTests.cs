using Microsoft.Extensions.DependencyInjection;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Handlers;
using Switchboard.Handlers.Analytic;
using Switchboard.Handlers.Timeline;
using Switchboard.Storage.Databases;

namespace Switchboard.Gateway.Tests.Cases;

/// <summary>Histories and figures over REST. The events of the log are given to the handlers by hand.</summary>
public sealed class HistoryTests(RunningGatewayFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_history_tells_what_happened_with_the_names_of_people()
    {
        var org = await fixture.NewOrgAsync();
        var one = (await org.NewCaseAsync(await org.NewProjectAsync())).Id();
        await org.PostAsync($"/api/v2/cases/{one}/assign", new { data = new { type = "case", attributes = new { assignee_id = org.UserId } } });
        await DeliverAsync(org);

        var entries = (await org.GetAsync($"/api/v2/cases/{one}/history?sort[ascending]=true")).Data().EnumerateArray().ToArray();

        entries.Select(entry => entry.Attributes().Text("kind")).ShouldBe(["OPENED", "ASSIGNEE_CHANGED"]);
        entries[1].Attributes().Text("sentence").ShouldStartWith("Assigned to ");
        entries[1].Attributes().Text("sentence")!.ShouldNotContain(org.UserId.ToString());
        entries[1].Attributes().Text("new_value").ShouldBe(org.UserId.ToString());
        entries[1].Attributes().Has("old_value").ShouldBeFalse();
        entries[1].Attributes().GetProperty("version").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task A_history_comes_in_pages_newest_first()
    {
        var org = await fixture.NewOrgAsync();
        var one = (await org.NewCaseAsync(await org.NewProjectAsync())).Id();
        await org.PostAsync($"/api/v2/cases/{one}/archive", new { data = new { type = "case" } });
        await DeliverAsync(org);

        var page = (await org.GetAsync($"/api/v2/cases/{one}/history?page[size]=1")).Data();

        page.EnumerateArray().ShouldHaveSingleItem().Attributes().Text("kind").ShouldBe("ARCHIVED");
    }

    [Fact]
    public async Task Another_organisation_sees_neither_history_nor_figures()
    {
        var (org, other) = (await fixture.NewOrgAsync(), await fixture.NewOrgAsync());
        var one = (await org.NewCaseAsync(await org.NewProjectAsync())).Id();
        await DeliverAsync(org);

        await other.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{one}/history", null, 404);
        (await other.GetAsync("/api/v2/cases/analytics?group_by=status")).Data().GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("status_group")]
    [InlineData("status")]
    [InlineData("priority")]
    [InlineData("project")]
    [InlineData("assignee")]
    [InlineData("closed_reason")]
    [InlineData("day")]
    public async Task Figures_count_by_what_was_asked_for(string by)
    {
        var org = await fixture.NewOrgAsync();
        var project = await org.NewProjectAsync();
        await org.NewCaseAsync(project);
        await org.NewCaseAsync(project);
        await DeliverAsync(org);

        var figures = (await org.GetAsync($"/api/v2/cases/analytics?group_by={by}&filter[to]=now%2B1m")).Data().EnumerateArray().ShouldHaveSingleItem();

        figures.Attributes().GetProperty("cases").GetInt64().ShouldBe(2);
        figures.Attributes().GetProperty("resolved").GetInt64().ShouldBe(0);
        if (by == "project")
        {
            figures.Attributes().Text("group").ShouldBe(project);
        }
    }

    [Theory]
    [InlineData("group_by=colour")]
    [InlineData("filter[from]=yesterday")]
    [InlineData("filter[from]=now&filter[to]=now-1d")]
    [InlineData("filter[project_id]=NOC")]
    public async Task Figures_that_cannot_be_given_are_refused(string parameters)
    {
        var org = await fixture.NewOrgAsync();
        await org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/analytics?{parameters}", null, 400);
    }

    internal static async Task DeliverAsync(RunningOrg org)
    {
        var services = org.Gateway.Services;
        foreach (var record in await ReadLogAsync(services.GetRequiredService<TenantDatabase>(), org.Id))
        {
            await services.GetRequiredService<HandlerHost<TimelineHandler>>().Pipe.HandleAsync(record, Token);
            await services.GetRequiredService<HandlerHost<AnalyticHandler>>().Pipe.HandleAsync(record, Token);
        }
    }

    private static async Task<List<EventRecord>> ReadLogAsync(TenantDatabase database, Guid org)
    {
        await using var command = database.Primary.CreateCommand(
            """
            select stream_type, stream_id, version, event_id, type, schema, payload::text, occurred_at, recorded_at, seq, metadata->'actor'->>'id', metadata->'actor'->>'kind'
            from domain_events where org_id = $1 and stream_type = 'case' order by tx, seq
            """);
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = org });
        await using var reader = await command.ExecuteReaderAsync(Token);
        var records = new List<EventRecord>();
        while (await reader.ReadAsync(Token))
        {
            records.Add(new EventRecord
            {
                Tenant = database.Tenant,
                OrgId = org,
                StreamType = reader.GetString(0),
                StreamId = reader.GetGuid(1),
                Version = reader.GetInt64(2),
                EventId = reader.GetGuid(3),
                Type = reader.GetString(4),
                Schema = reader.GetInt16(5),
                Payload = reader.GetString(6),
                OccurredAt = reader.GetFieldValue<DateTimeOffset>(7),
                RecordedAt = reader.GetFieldValue<DateTimeOffset>(8),
                Epoch = 1,
                Tx = 1,
                Seq = reader.GetInt64(9),
                Actor = new Actor(Enum.Parse<ActorKind>(reader.GetString(11)), Guid.Parse(reader.GetString(10))),
                CorrelationId = "test",
            });
        }

        return records;
    }
}
