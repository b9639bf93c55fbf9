using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class MoveTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _from = null!;
    private string _to = null!;
    private string _case = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        (_from, _to) = (await _org.NewProjectAsync(), await _org.NewProjectAsync("SEC"));
        _case = (await _org.NewCaseAsync(_from)).Id();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_moved_case_has_a_new_key_and_is_found_by_both()
    {
        await _org.NewCaseAsync(_to);
        var moved = (await _org.PatchAsync($"/api/v2/cases/{_case}/relationships/project", To(_to))).Data();

        moved.Id().ShouldBe(_case);
        moved.Attributes().Text("key").ShouldBe("SEC-2");
        moved.Related("project").ShouldBe(_to);
        moved.Related("modified_by").ShouldBe(_org.UserId.ToString());
        (await _org.GetAsync("/api/v2/cases/NOC-1")).Data().Id().ShouldBe(_case);
        (await _org.GetAsync("/api/v2/cases/sec-2")).Data().Id().ShouldBe(_case);
        var cell = (await _org.GetAsync($"/api/v2/cases/{_case}/timelines")).Data()[0].Attributes();
        cell.Text("type").ShouldBe("PROJECT_CHANGED");
        cell.GetProperty("cell_content").Text("from_key").ShouldBe("NOC-1");
        (await _org.GetAsync($"/api/v2/cases?filter=project:SEC")).Data().GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task The_way_back_gives_a_third_key_and_takes_no_public_number()
    {
        await _org.PatchAsync($"/api/v2/cases/{_case}/relationships/project", To(_to));
        var back = (await _org.PatchAsync($"/api/v2/cases/{_case}/relationships/project", To(_from))).Data();
        var next = await _org.NewCaseAsync(_from);

        back.Attributes().Text("key").ShouldBe("NOC-2");
        back.Attributes().Text("public_id").ShouldBe("1");
        next.Attributes().Text("key").ShouldBe("NOC-3");
        next.Attributes().Text("public_id").ShouldBe("2");
    }

    [Fact]
    public async Task To_where_it_is_a_case_does_not_move()
    {
        var same = (await _org.PatchAsync($"/api/v2/cases/{_case}/relationships/project", To(_from))).Data();

        same.Attributes().Text("key").ShouldBe("NOC-1");
        same.Attributes().Has("modified_at").ShouldBeFalse();
    }

    [Fact]
    public async Task A_moved_case_outlives_its_first_project_and_goes_with_its_second()
    {
        await _org.PatchAsync($"/api/v2/cases/{_case}/relationships/project", To(_to));
        await _org.DeleteAsync($"/api/v2/cases/projects/{_from}");
        (await _org.GetAsync("/api/v2/cases/NOC-1")).Data().Id().ShouldBe(_case);
        await _org.DeleteAsync($"/api/v2/cases/projects/{_to}");

        await _org.RefusedAsync(HttpMethod.Get, "/api/v2/cases/NOC-1", null, 404);
        await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{_case}", null, 404);
    }

    [Fact]
    public async Task An_unknown_project_and_a_malformed_body_are_refused()
    {
        var path = $"/api/v2/cases/{_case}/relationships/project";
        (await _org.RefusedAsync(HttpMethod.Patch, path, To(Guid.NewGuid().ToString()), 404)).Text("title").ShouldBe("project not found");
        await _org.RefusedAsync(HttpMethod.Patch, path, To("SEC"), 400);
        await _org.RefusedAsync(HttpMethod.Patch, path, new { data = new { type = "project" } }, 400);
        await _org.RefusedAsync(HttpMethod.Patch, path, new { data = new { type = "case", id = _to } }, 400);
        var foreign = await (await fixture.NewOrgAsync()).NewProjectAsync();
        await _org.RefusedAsync(HttpMethod.Patch, path, To(foreign), 404);
    }

    [Fact]
    public async Task Favourites_are_each_users_own_and_forget_projects_that_are_gone()
    {
        var other = await _org.AsNewUserAsync(Switchboard.Orgs.Roles.ReadOnly);
        foreach (var project in new[] { _to, _from, _to })
        {
            using var favored = await other.SendRawAsync(HttpMethod.Post, $"/api/v2/cases/projects/{project}/favorites", null);
            ((int)favored.StatusCode).ShouldBe(204);
        }

        (await FavoritesAsync(other)).ShouldBe([_to, _from]);
        (await FavoritesAsync(_org)).ShouldBeEmpty();
        await other.DeleteAsync($"/api/v2/cases/projects/{_from}/favorites");
        await other.DeleteAsync($"/api/v2/cases/projects/{_from}/favorites");
        (await FavoritesAsync(other)).ShouldBe([_to]);
        await _org.DeleteAsync($"/api/v2/cases/projects/{_to}");
        (await FavoritesAsync(other)).ShouldBeEmpty();
        await other.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/projects/{_to}/favorites", null, 404);
    }

    private static async Task<string[]> FavoritesAsync(RunningOrg org) =>
        [.. (await org.GetAsync("/api/v2/cases/projects/favorites")).Data().EnumerateArray().Select(favorite => favorite.Id())];

    private static object To(string project) => new { data = new { type = "project", id = project } };
}
