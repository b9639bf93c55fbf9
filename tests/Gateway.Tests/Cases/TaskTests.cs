using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class TaskTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _case = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _case = (await _org.NewCaseAsync(await _org.NewProjectAsync())).Id();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string Path => $"/api/v2/cases/{_case}/tasks";

    [Fact]
    public async Task Tasks_are_added_checked_moved_assigned_and_removed_and_the_case_counts_them()
    {
        var (first, second) = (await AddAsync(new { title = "Tell the customer" }), await AddAsync(new { title = "Write it down", position = 0, assignee_id = _org.UserId }));
        second.Attributes().GetProperty("position").GetInt32().ShouldBe(0);
        second.Related("assignee").ShouldBe(_org.UserId.ToString());

        var changed = (await _org.PatchAsync($"{Path}/{first.Id()}", Body(new { done = true, title = "Told", position = 0 }))).Data();
        changed.Attributes().GetProperty("done").GetBoolean().ShouldBeTrue();
        changed.Attributes().Has("done_at").ShouldBeTrue();
        changed.Related("done_by").ShouldBe(_org.UserId.ToString());
        (await _org.PatchAsync($"{Path}/{second.Id()}", "{\"data\":{\"type\":\"case_task\",\"attributes\":{\"assignee_id\":null}}}")).Data().Related("assignee").ShouldBeNull();

        (await _org.GetAsync(Path)).Data().EnumerateArray().Select(task => task.Attributes().Text("title")).ShouldBe(["Told", "Write it down"]);
        var counted = (await _org.GetAsync($"/api/v2/cases/{_case}")).Data().Attributes();
        (counted.GetProperty("task_count").GetInt32(), counted.GetProperty("task_done_count").GetInt32()).ShouldBe((2, 1));

        await _org.DeleteAsync($"{Path}/{first.Id()}");
        await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{first.Id()}", null, 404);
        await _org.DeleteAsync($"{Path}/{second.Id()}");
        (await _org.GetAsync($"/api/v2/cases/{_case}")).Data().Attributes().Has("task_count").ShouldBeFalse();
        (await _org.GetAsync($"/api/v2/cases/{_case}/timelines?page[size]=1")).Data()[0].Attributes().Text("type").ShouldBe("TASK_REMOVED");
    }

    [Fact]
    public async Task Malformed_and_unknown_tasks_are_refused()
    {
        var task = (await AddAsync(new { title = "x" })).Id();
        var unknown = Guid.NewGuid();
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { title = "" }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { title = "x", position = -1 }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { title = "x", position = 0.5 }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { title = "x", assignee_id = unknown }), 404);
        await _org.RefusedAsync(HttpMethod.Post, Path, Documents.Case(new { title = "x" }), 400);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{task}", Body(new { assignee_id = unknown }), 404);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{task}", Body(new { assignee_id = "me" }), 400);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{task}", Body(new { done = "yes" }), 400);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{unknown}", Body(new { done = true }), 404);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/1", Body(new { done = true }), 400);
        await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{unknown}/tasks", null, 404);
        await (await fixture.NewOrgAsync()).RefusedAsync(HttpMethod.Get, Path, null, 404);
    }

    [Fact]
    public async Task A_repeated_request_adds_one_task()
    {
        using var first = await _org.SendRawAsync(HttpMethod.Post, Path, Body(new { title = "once" }), "task-1");
        using var second = await _org.SendRawAsync(HttpMethod.Post, Path, Body(new { title = "once" }), "task-1");

        (await second.JsonAsync()).Data().Id().ShouldBe((await first.JsonAsync()).Data().Id());
        (await _org.GetAsync(Path)).Data().GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_case_is_closed_for_a_reason_found_and_counted_by_it()
    {
        await _org.PostAsync($"/api/v2/cases/{_case}/status", Documents.Case(new { status = "CLOSED", closed_reason = "WONT_DO" }));
        (await _org.GetAsync($"/api/v2/cases/{_case}")).Data().Attributes().Text("closed_reason").ShouldBe("WONT_DO");
        (await _org.PostAsync($"/api/v2/cases/{_case}/closed_reason", Documents.Case(new { closed_reason = "DONE" }))).Data().Attributes().Text("closed_reason").ShouldBe("DONE");

        (await _org.GetAsync("/api/v2/cases?filter=closed_reason:done")).Data().EnumerateArray().Select(found => found.Id()).ShouldBe([_case]);
        (await _org.GetAsync("/api/v2/cases?filter=closed_reason:(wont_do OR none)")).Data().GetArrayLength().ShouldBe(0);
        await _org.RefusedAsync(HttpMethod.Get, "/api/v2/cases?filter=closed_reason:because", null, 400);
        var groups = (await _org.GetAsync("/api/v2/cases/count?group_bys=closed_reason")).Data().Attributes().GetProperty("groups")[0];
        groups.GetProperty("group_values")[0].Text("value").ShouldBe("DONE");

        (await _org.PostAsync($"/api/v2/cases/{_case}/closed_reason", Documents.Case(new { }))).Data().Attributes().Has("closed_reason").ShouldBeFalse();
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/closed_reason", Documents.Case(new { closed_reason = "BECAUSE" }), 400);
        await _org.PostAsync($"/api/v2/cases/{_case}/status", Documents.Case(new { status = "OPEN" }));
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/closed_reason", Documents.Case(new { closed_reason = "DONE" }), 400);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/status", Documents.Case(new { status = "OPEN", closed_reason = "DONE" }), 400);
    }

    private async Task<JsonElement> AddAsync(object attributes) => (await _org.PostAsync(Path, Body(attributes), HttpStatusCode.Created)).Data();

    private static object Body(object attributes) => new { data = new { type = "case_task", attributes } };
}
