using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class ViewTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/cases/views";

    private RunningOrg _org = null!;
    private string _project = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_view_is_made_shown_changed_and_deleted()
    {
        var made = await NewViewAsync("Open bugs", "status:open");

        made.Attributes().Text("name").ShouldBe("Open bugs");
        made.Attributes().Text("query").ShouldBe("status:open");
        made.Attributes().Has("modified_at").ShouldBeFalse();
        made.Attributes().Has("np_rule_id").ShouldBeFalse();
        made.Related("project").ShouldBe(_project);
        made.Related("created_by").ShouldBe(_org.UserId.ToString());

        var changed = (await PutAsync(made.Id(), new { query = "status:closed", np_rule_id = "rule-1" })).Data();
        changed.Attributes().Text("name").ShouldBe("Open bugs");
        changed.Attributes().Text("query").ShouldBe("status:closed");
        changed.Attributes().Text("np_rule_id").ShouldBe("rule-1");
        changed.Related("modified_by").ShouldBe(_org.UserId.ToString());
        var same = (await PutAsync(made.Id(), new { query = "status:closed" })).Data();
        same.Attributes().Text("modified_at").ShouldBe(changed.Attributes().Text("modified_at"));
        (await PutAsync(made.Id(), new { np_rule_id = "" })).Data().Attributes().Has("np_rule_id").ShouldBeFalse();

        (await _org.GetAsync($"{Path}/{made.Id()}")).Data().Attributes().Text("query").ShouldBe("status:closed");
        await _org.DeleteAsync($"{Path}/{made.Id()}");
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{made.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{made.Id()}", View(new { name = "Again" }), 404);
    }

    [Fact]
    public async Task A_project_lists_its_views_in_order_of_creation()
    {
        var other = await _org.NewProjectAsync("SEC");
        var first = await NewViewAsync("First", "");
        await NewViewAsync("Elsewhere", "", other);
        var second = await NewViewAsync("Second", "team:web");

        var listed = await _org.GetAsync($"{Path}?project_id={_project}");

        listed.Data().EnumerateArray().Select(view => view.Id()).ShouldBe([first.Id(), second.Id()]);
    }

    [Fact]
    public async Task An_opened_view_shows_what_its_query_finds_in_its_project_page_by_page()
    {
        var other = await _org.NewProjectAsync("SEC");
        var mine = (await _org.NewCaseAsync(_project, "Disk filling", new { priority = "P1" })).Id();
        var urgent = (await _org.NewCaseAsync(_project, "Disk full", new { priority = "P1" })).Id();
        await _org.NewCaseAsync(_project, "Disk dusty", new { priority = "P4" });
        await _org.NewCaseAsync(other, "Disk stolen", new { priority = "P1" });
        await _org.PostAsync($"/api/v2/cases/{mine}/assign", Documents.Case(new { assignee_id = _org.UserId }));

        var either = await NewViewAsync("Either", "priority:P1 OR project:SEC");
        var ours = await NewViewAsync("Mine", "assignee:@me");

        var page = await _org.GetAsync($"{Path}/{either.Id()}/cases?page[size]=1&page[number]=2&sort[asc]=true");
        page.Data().EnumerateArray().Select(found => found.Id()).ShouldBe([urgent]);
        page.GetProperty("meta").GetProperty("total_cases").GetInt64().ShouldBe(2);
        (await _org.GetAsync($"{Path}/{ours.Id()}/cases")).Data().EnumerateArray().Select(found => found.Id()).ShouldBe([mine]);
        var colleague = await _org.AsNewUserAsync(Switchboard.Orgs.Roles.ReadOnly);
        (await colleague.GetAsync($"{Path}/{ours.Id()}/cases")).Data().GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("status:(", "search query, character")]
    [InlineData("priority:P9", "there is no priority 'P9'")]
    [InlineData("type_id:x", "is not a UUID")]
    public async Task A_query_that_a_search_would_not_take_is_no_views_query_either(string query, string detail)
    {
        var body = View(new { name = "Broken", project_id = _project, query });
        (await _org.RefusedAsync(HttpMethod.Post, Path, body, 400)).Text("detail")!.ShouldContain(detail);

        var made = await NewViewAsync("Fine", "status:open");
        (await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{made.Id()}", View(new { query }), 400)).Text("detail")!.ShouldContain(detail);
        (await _org.GetAsync($"{Path}/{made.Id()}")).Data().Attributes().Text("query").ShouldBe("status:open");
    }

    [Fact]
    public async Task Unknown_projects_and_malformed_bodies_are_refused()
    {
        var unknown = Guid.NewGuid().ToString();
        (await _org.RefusedAsync(HttpMethod.Post, Path, View(new { name = "x", project_id = unknown, query = "" }), 404)).Text("title").ShouldBe("project not found");
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}?project_id={unknown}", null, 404);
        await _org.RefusedAsync(HttpMethod.Get, Path, null, 400);
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/x", null, 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, View(new { name = "", project_id = _project, query = "" }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, View(new { name = "x", project_id = _project }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, View(new { name = new string('x', 256), project_id = _project, query = "" }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Documents.Case(new { name = "x", project_id = _project, query = "" }), 400);
    }

    [Fact]
    public async Task Another_organisation_sees_nothing_of_a_view()
    {
        var made = await NewViewAsync("Ours", "");
        var stranger = await fixture.NewOrgAsync();

        await stranger.RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}", null, 404);
        await stranger.RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}/cases", null, 404);
        await stranger.RefusedAsync(HttpMethod.Put, $"{Path}/{made.Id()}", View(new { name = "Theirs" }), 404);
        await stranger.RefusedAsync(HttpMethod.Delete, $"{Path}/{made.Id()}", null, 404);
        await stranger.RefusedAsync(HttpMethod.Post, Path, View(new { name = "x", project_id = _project, query = "" }), 404);
    }

    [Fact]
    public async Task Views_go_with_their_project_though_one_was_just_changed()
    {
        var made = await NewViewAsync("Ours", "");
        await PutAsync(made.Id(), new { name = "Still ours" });
        await _org.DeleteAsync($"/api/v2/cases/projects/{_project}");

        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{made.Id()}", View(new { name = "Late" }), 404);
    }

    [Fact]
    public async Task A_repeated_request_makes_one_view()
    {
        var body = View(new { name = "Once", project_id = _project, query = "" });
        using var first = await _org.SendRawAsync(HttpMethod.Post, Path, body, "view-1");
        using var second = await _org.SendRawAsync(HttpMethod.Post, Path, body, "view-1");

        (await second.JsonAsync()).Data().Id().ShouldBe((await first.JsonAsync()).Data().Id());
        (await _org.GetAsync($"{Path}?project_id={_project}")).Data().GetArrayLength().ShouldBe(1);
    }

    private async Task<JsonElement> NewViewAsync(string name, string query, string? project = null) =>
        (await _org.PostAsync(Path, View(new { name, project_id = project ?? _project, query }), HttpStatusCode.Created)).Data();

    private async Task<JsonElement> PutAsync(string id, object attributes)
    {
        using var response = await _org.SendRawAsync(HttpMethod.Put, $"{Path}/{id}", View(attributes));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.JsonAsync();
    }

    private static object View(object attributes) => new { data = new { type = "view", attributes } };
}
