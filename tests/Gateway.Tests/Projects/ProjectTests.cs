using System.Net;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Projects;

public sealed class ProjectTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/cases/projects";

    private RunningOrg _org = null!;

    public async ValueTask InitializeAsync() => _org = await fixture.NewOrgAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_project_has_all_notifications_on()
    {
        var created = (await _org.PostAsync(Path, Documents.Project(new { key = "noc", name = "Operations" }), HttpStatusCode.Created)).Data();

        created.Attributes().Text("key").ShouldBe("NOC");
        created.Attributes().Text("name").ShouldBe("Operations");
        created.Attributes().GetProperty("restricted").GetBoolean().ShouldBeFalse();
        var notification = created.Attributes().GetProperty("settings").GetProperty("notification");
        notification.GetProperty("destinations").GetRawText().Replace(" ", "", StringComparison.Ordinal).ShouldBe("[1]");
        notification.EnumerateObject().Count(member => member.Name.StartsWith("notify_on_case_", StringComparison.Ordinal) && member.Value.GetBoolean()).ShouldBe(7);
        created.Has("relationships").ShouldBeFalse();
        (await _org.GetAsync($"{Path}/{created.Id()}")).Data().Attributes().Text("name").ShouldBe("Operations");
    }

    [Fact]
    public async Task Projects_are_listed_in_order_of_creation()
    {
        await _org.NewProjectAsync("B");
        await _org.NewProjectAsync("A");

        (await _org.GetAsync(Path)).Data().EnumerateArray().Select(project => project.Attributes().Text("key")).ShouldBe(["B", "A"]);
    }

    [Fact]
    public async Task Where_the_project_says_so_a_case_goes_on_when_somebody_takes_it_up()
    {
        var project = await _org.NewProjectAsync();
        var worker = await _org.AsNewUserAsync(Roles.Standard);
        (await TakeUpAsync(worker)).ShouldBe("Open");

        await _org.PatchAsync($"{Path}/{project}", Documents.Project(new
        {
            settings = new { auto_transition_assigned_cases = new { auto_transition_assigned_cases_on_self_assigned = true } },
        }));

        (await TakeUpAsync(worker)).ShouldBe("In Progress");
        (await TakeUpAsync(_org)).ShouldBe("Open");

        async Task<string?> TakeUpAsync(RunningOrg by)
        {
            var opened = (await _org.NewCaseAsync(project, "to be taken up")).Id();
            var assigned = await by.PostAsync($"/api/v2/cases/{opened}/assign", Documents.Case(new { assignee_id = worker.UserId }));
            return assigned.Data().Attributes().Text("status_name");
        }
    }

    [Fact]
    public async Task A_change_merges_settings_and_leaves_the_rest()
    {
        var id = await _org.NewProjectAsync();
        var changed = (await _org.PatchAsync($"{Path}/{id}", Documents.Project(new
        {
            name = "Renamed",
            settings = new { notification = new { notify_on_case_comment = false }, auto_close_inactive_cases = new { enabled = true, max_inactive_time_in_secs = 604800 } },
        }))).Data();

        changed.Attributes().Text("name").ShouldBe("Renamed");
        var settings = changed.Attributes().GetProperty("settings");
        settings.GetProperty("notification").GetProperty("notify_on_case_comment").GetBoolean().ShouldBeFalse();
        settings.GetProperty("notification").GetProperty("notify_on_case_closed").GetBoolean().ShouldBeTrue();
        settings.GetProperty("auto_close_inactive_cases").GetProperty("max_inactive_time_in_secs").GetInt32().ShouldBe(604800);
    }

    [Theory]
    [InlineData("CASE")]
    [InlineData("case")]
    [InlineData("TOOLONGAKEY")]
    [InlineData("NO-1")]
    [InlineData("ÄÖ")]
    [InlineData("")]
    public async Task A_key_that_breaks_the_rules_is_refused(string key) =>
        await _org.RefusedAsync(HttpMethod.Post, Path, Documents.Project(new { key, name = "N" }), 400);

    [Fact]
    public async Task A_key_that_is_taken_is_refused()
    {
        await _org.NewProjectAsync();
        var error = await _org.RefusedAsync(HttpMethod.Post, Path, Documents.Project(new { key = "NOC", name = "Again" }), 400);

        error.Text("title").ShouldBe("Generic Error");
        error.Text("detail")!.ShouldContain("NOC");
        await (await fixture.NewOrgAsync()).NewProjectAsync();
    }

    [Theory]
    [InlineData("""{"settings":{"notification":{"enabled":"yes"}}}""")]
    [InlineData("""{"settings":{"notification":{"destinations":[1e999]}}}""")]
    [InlineData("""{"settings":{"integration_jira":{"metadata":{"n":1e-99999}}}}""")]
    [InlineData("""{"settings":"all"}""")]
    [InlineData("""{"columns_config":[]}""")]
    [InlineData("""{"enabled_custom_case_types":[1]}""")]
    [InlineData("""{"name":""}""")]
    public async Task A_malformed_setting_is_refused(string attributes)
    {
        var id = await _org.NewProjectAsync();
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{id}", $"{{\"data\":{{\"type\":\"project\",\"attributes\":{attributes}}}}}", 400);
    }

    [Fact]
    public async Task A_change_of_nothing_is_fine()
    {
        var id = await _org.NewProjectAsync();
        await _org.PatchAsync($"{Path}/{id}", new { data = new { type = "project" } });
    }

    [Fact]
    public async Task An_unknown_project_is_not_found_with_the_observed_titles()
    {
        var path = $"{Path}/{Guid.NewGuid()}";
        (await _org.RefusedAsync(HttpMethod.Get, path, null, 404)).Text("title").ShouldBe("project not found");
        (await _org.RefusedAsync(HttpMethod.Patch, path, Documents.Project(new { name = "x" }), 404)).Text("title").ShouldBe("failed to get project: project not found");
        await _org.RefusedAsync(HttpMethod.Delete, path, null, 404);
    }

    [Fact]
    public async Task Deleting_a_project_deletes_its_cases()
    {
        var id = await _org.NewProjectAsync();
        var opened = await _org.NewCaseAsync(id);
        await _org.DeleteAsync($"{Path}/{id}");

        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{id}", null, 404);
        await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{opened.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Get, "/api/v2/cases/NOC-1", null, 404);
        await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{id}", null, 404);
        (await _org.GetAsync(Path)).Data().GetArrayLength().ShouldBe(0);
        (await _org.GetAsync("/api/v2/cases")).Data().GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Another_organisation_neither_sees_nor_changes_a_project()
    {
        var id = await _org.NewProjectAsync();
        var other = await fixture.NewOrgAsync();

        await other.RefusedAsync(HttpMethod.Get, $"{Path}/{id}", null, 404);
        await other.RefusedAsync(HttpMethod.Patch, $"{Path}/{id}", Documents.Project(new { name = "x" }), 404);
        await other.RefusedAsync(HttpMethod.Delete, $"{Path}/{id}", null, 404);
        (await other.GetAsync(Path)).Data().GetArrayLength().ShouldBe(0);
        var error = await other.RefusedAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(id, "T"), 404);
        error.Text("title").ShouldBe("project not found");
    }

    [Fact]
    public async Task The_built_in_types_are_listed_with_their_statuses()
    {
        var types = (await _org.GetAsync("/api/v2/cases/types")).Data();

        types.EnumerateArray().Select(type => type.Attributes().Text("name")).ShouldBe(
            ["Standard", "Event Management", "Security", "Change Request", "Error Tracking", "Logs Optimization Insights"]);
        types[0].Id().ShouldBe(Documents.StandardType);
        types[3].Attributes().GetProperty("statuses_config").GetProperty("closed").GetRawText().ShouldBe(
            """{"default":"Completed","status_options":[{"name":"Completed"},{"name":"Cancelled"},{"name":"Declined"}]}""");
    }
}
