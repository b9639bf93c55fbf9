using System.Net;
using System.Text.Json;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.CaseStreams;

/// <summary>Server-sent events on the shared gateway; every test has an organisation of its own.</summary>
public sealed class EventStreamTests(RunningGatewayFixture gateway)
{
    [Fact]
    public async Task A_change_is_told_with_old_and_new_values_actor_and_the_case()
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        await using var client = await EventClient.FollowAsync(org);
        var opened = await org.NewCaseAsync(project, "Disk filling");
        SchemaConformance.Deviations(CaseStreamSchemas.Event, await client.ChangeAsync()).ShouldBeEmpty();

        await org.PostAsync($"/api/v2/cases/{opened.Id()}/priority", Documents.Case(new { priority = "P1" }));
        var change = await client.ChangeAsync();

        SchemaConformance.Deviations(CaseStreamSchemas.Event, change).ShouldBeEmpty();
        change.Text("type").ShouldBe("case.priority_changed");
        change.GetProperty("changes").GetRawText().ShouldBe("""[{"field":"priority","old":"NOT_DEFINED","new":"P1"}]""");
        change.GetProperty("actor").Text("id").ShouldBe(org.UserId.ToString());
        change.GetProperty("case").Text("key").ShouldBe(opened.Attributes().Text("key"));
        change.GetProperty("in_query").GetBoolean().ShouldBeTrue();
        change.GetProperty("data").Attributes().Text("title").ShouldBe("Disk filling");
        client.Retry.ShouldBe("2000");
    }

    [Fact]
    public async Task Everything_that_happens_to_a_case_is_told_in_order()
    {
        var org = await gateway.NewOrgAsync();
        await using var client = await EventClient.FollowAsync(org);

        var id = (await org.NewCaseAsync(await org.NewProjectAsync())).Id();
        await org.PostAsync($"/api/v2/cases/{id}/comment", Documents.Case(new { comment = "Looking" }));
        await org.PostAsync($"/api/v2/cases/{id}/archive", Documents.EmptyCase);

        var types = new List<string?>();
        while (types.Count < 3)
        {
            var change = await client.ChangeAsync();
            change.GetProperty("case").GetProperty("version").GetInt64().ShouldBe(types.Count + 1);
            types.Add(change.Text("type"));
        }

        types.ShouldBe(["case.opened", "case.comment_added", "case.archived"]);
    }

    [Fact]
    public async Task A_client_that_comes_back_gets_what_it_missed()
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var client = await EventClient.FollowAsync(org);
        await org.NewCaseAsync(project, "first");
        await client.ChangeAsync();
        await client.DisposeAsync();

        await org.NewCaseAsync(project, "second");
        await org.NewCaseAsync(project, "third");
        await using var again = await EventClient.ConnectAsync(org, $"last_event_id={client.LastId}");

        TitleOf(await again.ChangeAsync()).ShouldBe("second");
        TitleOf(await again.ChangeAsync()).ShouldBe("third");
    }

    [Fact]
    public async Task Another_organisation_never_sees_anything()
    {
        var (mine, theirs) = (await gateway.NewOrgAsync(), await gateway.NewOrgAsync());
        var (myProject, theirProject) = (await mine.NewProjectAsync(), await theirs.NewProjectAsync());
        await using var me = await EventClient.FollowAsync(mine);
        await using var them = await EventClient.FollowAsync(theirs);
        var before = me.LastId;

        await theirs.NewCaseAsync(theirProject, "theirs");
        TitleOf(await them.ChangeAsync()).ShouldBe("theirs");
        await mine.NewCaseAsync(myProject, "mine");

        TitleOf(await me.ChangeAsync()).ShouldBe("mine");
        await using var resumed = await EventClient.ConnectAsync(mine, lastEventId: before);
        TitleOf(await resumed.ChangeAsync()).ShouldBe("mine");
    }

    [Fact]
    public async Task A_filter_tells_of_cases_that_match_and_of_cases_that_cease_to()
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync("OPS");
        await using var client = await EventClient.FollowAsync(org, "filter=priority:P1 project:OPS created_by:@me");
        await using var all = await EventClient.FollowAsync(org);
        var id = (await org.NewCaseAsync(project, "quiet")).Id();
        await all.ChangeAsync();

        await org.PostAsync($"/api/v2/cases/{id}/priority", Documents.Case(new { priority = "P1" }));
        var enters = await client.ChangeAsync();
        await org.PostAsync($"/api/v2/cases/{id}/priority", Documents.Case(new { priority = "P3" }));
        var leaves = await client.ChangeAsync();

        (enters.Text("type"), enters.GetProperty("in_query").GetBoolean()).ShouldBe(("case.priority_changed", true));
        (leaves.Text("type"), leaves.GetProperty("in_query").GetBoolean()).ShouldBe(("case.priority_changed", false));
    }

    [Theory]
    [InlineData("filter=priority:urgent", null)]
    [InlineData("filter=(open", null)]
    [InlineData("last_event_id=yesterday", null)]
    [InlineData("", "1-2")]
    public async Task A_query_or_id_that_cannot_be_read_is_refused(string query, string? lastEventId)
    {
        using var response = await EventClient.RefusedAsync(await gateway.NewOrgAsync(), query, lastEventId);

        await response.ErrorAsync(400);
    }

    [Theory]
    [InlineData("7-1-1", "other_epoch")]
    [InlineData("1-18446744073709551615-1", "unknown")]
    public async Task A_place_that_is_not_of_this_log_makes_the_client_start_anew(string lastEventId, string reason)
    {
        var org = await gateway.NewOrgAsync();
        await using var client = await EventClient.ConnectAsync(org, lastEventId: lastEventId);

        var reset = (await client.NextAsync()).ShouldNotBeNull();
        (reset.Name, reset.Data.Text("reason")).ShouldBe(("reset", reason));
        (await client.NextAsync()).ShouldNotBeNull().Name.ShouldBe("ready");
        await org.NewCaseAsync(await org.NewProjectAsync(), "after");
        TitleOf(await client.ChangeAsync()).ShouldBe("after");
    }

    [Fact]
    public async Task A_stream_ends_when_its_key_is_revoked()
    {
        var org = await gateway.NewOrgAsync();
        await using var client = await EventClient.FollowAsync(org);

        await org.Gateway.RevokeAsync(org.Id, org.ApplicationKey);

        var end = (await client.NextAsync()).ShouldNotBeNull();
        (end.Name, end.Data.Text("reason")).ShouldBe(("end", "access_ended"));
        (await client.NextAsync()).ShouldBeNull();
        using var refused = await EventClient.RefusedAsync(org, "");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    internal static string? TitleOf(JsonElement change) => change.GetProperty("data").Attributes().Text("title");
}
