using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Access;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Teams;

public sealed class TeamTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/team";

    private RunningOrg _org = null!;

    public async ValueTask InitializeAsync() => _org = await fixture.NewOrgAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_team_is_made_shown_changed_and_deleted()
    {
        var made = await NewTeamAsync("Network", new { description = new string('d', 200), avatar = "🚧", banner = 3, visible_modules = new[] { "m1" } });
        made.Attributes().Text("handle").ShouldBe("network");
        made.Attributes().Text("summary")!.Length.ShouldBe(120);
        made.Attributes().GetProperty("user_count").GetInt32().ShouldBe(0);

        var changed = (await _org.PatchAsync($"{Path}/{made.Id()}", Team(new { handle = "net", name = "Net", banner = 4 }))).Data();
        changed.Attributes().Text("avatar").ShouldBe("🚧");
        changed.Attributes().GetProperty("banner").GetInt32().ShouldBe(4);
        (await _org.GetAsync($"{Path}/{made.Id()}")).Data().GetRawText().ShouldBe(changed.GetRawText());
        await _org.DeleteAsync($"{Path}/{made.Id()}");
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{made.Id()}", null, 404);
        (await NewTeamAsync("net")).Attributes().Text("handle").ShouldBe("net");
    }

    [Fact]
    public async Task A_handle_is_one_teams_only()
    {
        var (first, second) = (await NewTeamAsync("one"), await NewTeamAsync("two"));
        await _org.RefusedAsync(HttpMethod.Post, Path, Team(new { handle = "ONE", name = "N" }), 409);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{second.Id()}", Team(new { handle = "one", name = "N" }), 409);
        await _org.PatchAsync($"{Path}/{first.Id()}", Team(new { handle = "one", name = "N" }));
        var other = await fixture.NewOrgAsync();
        await other.PostAsync(Path, Team(new { handle = "one", name = "N" }), HttpStatusCode.Created);
        await other.RefusedAsync(HttpMethod.Get, $"{Path}/{first.Id()}", null, 404);
    }

    [Theory]
    [InlineData("""{"handle":"","name":"N"}""")]
    [InlineData("""{"handle":"a b","name":"N"}""")]
    [InlineData("""{"handle":"a","name":""}""")]
    [InlineData("""{"handle":"a"}""")]
    [InlineData("""{"handle":"a","name":"N","banner":-1}""")]
    [InlineData("""{"handle":"a","name":"N","banner":"x"}""")]
    public async Task A_malformed_team_is_refused(string attributes) => await _org.RefusedAsync(
        HttpMethod.Post, Path, $$$"""{"data":{"type":"team","attributes":{{{attributes}}}}}""", 400);

    [Fact]
    public async Task Teams_are_listed_in_pages_sorted_and_filtered()
    {
        var (a, b, c) = (await NewTeamAsync("alpha"), await NewTeamAsync("beta"), await NewTeamAsync("gamma"));
        var bo = await _org.AsNewUserAsync(Roles.Standard);
        await JoinAsync(b, bo.UserId);
        await JoinAsync(b, _org.UserId);
        await JoinAsync(c, bo.UserId);

        (await HandlesAsync("?page[size]=2")).ShouldBe(["alpha", "beta"]);
        var last = await _org.GetAsync($"{Path}?page[size]=2&page[number]=1&sort=-name");
        last.Data().EnumerateArray().Select(static team => team.Attributes().Text("handle")).ShouldBe(["alpha"]);
        var paging = last.GetProperty("meta").GetProperty("pagination");
        (paging.GetProperty("total").GetInt32(), paging.GetProperty("offset").GetInt32(), paging.Has("next_offset")).ShouldBe((3, 2, false));
        (await HandlesAsync("?sort=-user_count")).ShouldBe(["beta", "gamma", "alpha"]);
        (await HandlesAsync("?filter[keyword]=AMM")).ShouldBe(["gamma"]);
        (await HandlesAsync("?filter[keyword]=%25")).ShouldBeEmpty();
        (await HandlesAsync("?filter[me]=true")).ShouldBe(["beta"]);
        (await HandlesAsync("?page[number]=9")).ShouldBeEmpty();
        var sparse = (await _org.GetAsync($"{Path}?fields[team]=name,user_count")).Data()[0].Attributes();
        sparse.EnumerateObject().Select(static member => member.Name).ShouldBe(["handle", "name", "user_count"]);
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}?include=cats", null, 400);
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}?sort=handle", null, 400);
        a.Id().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Links_and_the_callers_permissions_are_included_on_demand()
    {
        var team = await NewTeamAsync("alpha");
        var link = (await _org.PostAsync($"{Path}/{team.Id()}/links", Link("Book", "https://example.test/b", 2))).Data();
        await _org.PostAsync($"{Path}/{team.Id()}/links", Link("Board", "https://example.test/a", 1));
        var listed = await _org.GetAsync($"{Path}?include=team_links&include=user_team_permissions");

        listed.GetProperty("included").EnumerateArray().Select(static one => one.Text("type")).ShouldBe(["team_links", "team_links", "user_team_permissions"]);
        (await _org.GetAsync($"{Path}/{team.Id()}/links")).Data().EnumerateArray().Select(static one => one.Attributes().Text("label")).ShouldBe(["Board", "Book"]);
        await _org.PatchAsync($"{Path}/{team.Id()}/links/{link.Id()}", Link("Runbook", "https://example.test/c"));
        (await _org.GetAsync($"{Path}/{team.Id()}/links/{link.Id()}")).Data().Attributes().Text("label").ShouldBe("Runbook");
        await _org.RefusedAsync(HttpMethod.Post, $"{Path}/{team.Id()}/links", Link("Bad", "javascript:alert(1)"), 400);
        await _org.DeleteAsync($"{Path}/{team.Id()}/links/{link.Id()}");
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{team.Id()}/links/{link.Id()}", null, 404);
    }

    [Fact]
    public async Task Members_join_become_admins_and_leave()
    {
        var team = await NewTeamAsync("alpha");
        var bo = await _org.AsNewUserAsync(Roles.Standard, "Bo");
        (await JoinAsync(team, bo.UserId)).Attributes().Has("role").ShouldBeFalse();
        await _org.RefusedAsync(HttpMethod.Post, $"{Path}/{team.Id()}/memberships", Member(bo.UserId), 409);
        await _org.RefusedAsync(HttpMethod.Post, $"{Path}/{team.Id()}/memberships", Member(Guid.NewGuid()), 404);
        await bo.RefusedAsync(HttpMethod.Post, $"{Path}/{team.Id()}/memberships", Member(_org.UserId), 403);

        var one = $"{Path}/{team.Id()}/memberships/{bo.UserId}";
        (await _org.PatchAsync(one, Membership(new { role = "admin" }))).Data().Attributes().Text("role").ShouldBe("admin");
        await bo.PostAsync($"{Path}/{team.Id()}/memberships", Member(_org.UserId));
        var listed = await _org.GetAsync($"{Path}/{team.Id()}/memberships?sort=-name&filter[keyword]=example.test");
        listed.Data().EnumerateArray().Select(static row => row.Related("user")).ShouldBe([bo.UserId.ToString(), _org.UserId.ToString()]);
        listed.GetProperty("included").GetArrayLength().ShouldBe(2);
        (await _org.GetAsync($"/api/v2/users/{bo.UserId}/memberships")).Data()[0].Related("team").ShouldBe(team.Id());
        await _org.PatchAsync(one, Membership(new { role = (string?)null }));
        await bo.DeleteAsync(one);
        await _org.RefusedAsync(HttpMethod.Delete, one, null, 404);
        (await _org.GetAsync($"/api/v2/users/{bo.UserId}/memberships")).Data().GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Permission_settings_say_who_may_change_a_team()
    {
        var team = await NewTeamAsync("alpha");
        var (bo, cleo) = (await _org.AsNewUserAsync(Roles.Standard), await _org.AsNewUserAsync(Roles.ReadOnly));
        var settings = $"{Path}/{team.Id()}/permission-settings";
        (await bo.GetAsync(settings)).Data().EnumerateArray().Select(static one => one.Attributes().Text("value")).ShouldBe(["admins", "teams_manage"]);
        await cleo.RefusedAsync(HttpMethod.Patch, $"{Path}/{team.Id()}", Team(new { handle = "alpha", name = "Mine" }), 403);
        await bo.PatchAsync($"{Path}/{team.Id()}", Team(new { handle = "alpha", name = "Mine" }));
        await bo.RefusedAsync(HttpMethod.Put, $"{settings}/edit", Setting("organization"), 403);

        await _org.PutAsync($"{settings}/edit", Setting("organization"));
        await cleo.PatchAsync($"{Path}/{team.Id()}", Team(new { handle = "alpha", name = "Ours" }));
        await _org.RefusedAsync(HttpMethod.Put, $"{settings}/edit", Setting("user_access_manage"), 400);
        await _org.RefusedAsync(HttpMethod.Put, $"{settings}/everything", Setting("members"), 400);
        await cleo.RefusedAsync(HttpMethod.Post, Path, Team(new { handle = "beta", name = "B" }), 403);
    }

    [Fact]
    public async Task A_policy_lets_a_teams_members_in_for_as_long_as_they_are_members()
    {
        var (team, bo) = (await NewTeamAsync("alpha"), await _org.AsNewUserAsync(Roles.Standard));
        var project = await _org.NewProjectAsync();
        var resource = $"case-management-project:{project}";
        await _org.PostAsync(
            RestrictedOrg.PathOf(resource),
            RestrictedOrg.Policy(resource, ("manager", [$"user:{_org.UserId}"]), ("contributor", [$"team:{team.Id()}"])));
        await bo.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/projects/{project}", null, 404);
        await JoinAsync(team, bo.UserId);
        await bo.NewCaseAsync(project);
        await _org.DeleteAsync($"{Path}/{team.Id()}/memberships/{bo.UserId}");
        await bo.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/projects/{project}", null, 404);
        await JoinAsync(team, bo.UserId);
        await _org.DeleteAsync($"{Path}/{team.Id()}");
        await bo.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/projects/{project}", null, 404);
    }

    [Fact]
    public async Task A_project_belongs_to_a_team_for_as_long_as_there_is_one()
    {
        var (alpha, beta) = (await NewTeamAsync("alpha"), await NewTeamAsync("beta"));
        var project = (await _org.PostAsync(
            "/api/v2/cases/projects", Documents.Project(new { key = "NOC", name = "N", team_uuid = alpha.Id() }), HttpStatusCode.Created)).Data();
        TeamOf(project).ShouldBe(alpha.Id());
        var path = $"/api/v2/cases/projects/{project.Id()}";
        TeamOf((await _org.PatchAsync(path, Documents.Project(new { team_uuid = beta.Id() }))).Data()).ShouldBe(beta.Id());
        await _org.RefusedAsync(HttpMethod.Patch, path, Documents.Project(new { team_uuid = Guid.NewGuid() }), 404);
        await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases/projects", Documents.Project(new { key = "NEW", name = "N", team_uuid = Guid.NewGuid() }), 404);
        await _org.DeleteAsync($"{Path}/{beta.Id()}");
        (await _org.GetAsync(path)).Data().Has("relationships").ShouldBeFalse();
    }

    private static string? TeamOf(JsonElement project) =>
        project.GetProperty("relationships").GetProperty("member_team").GetProperty("data")[0].Text("id");

    private static object Team(object attributes) => new { data = new { type = "team", attributes } };

    private static object Membership(object attributes) => new { data = new { type = "team_memberships", attributes } };

    private static object Member(Guid user) => new
    {
        data = new { type = "team_memberships", relationships = new { user = new { data = new { id = user, type = "users" } } } },
    };

    private static object Link(string label, string url, int? position = null) => new { data = new { type = "team_links", attributes = new { label, url, position } } };

    private static object Setting(string value) => new { data = new { type = "team_permission_settings", attributes = new { value } } };

    private async Task<JsonElement> NewTeamAsync(string handle, object? more = null)
    {
        var attributes = new Dictionary<string, object?> { ["handle"] = handle, ["name"] = handle };
        foreach (var property in more?.GetType().GetProperties() ?? [])
        {
            attributes[property.Name] = property.GetValue(more);
        }

        return (await _org.PostAsync(Path, Team(attributes), HttpStatusCode.Created)).Data();
    }

    private async Task<JsonElement> JoinAsync(JsonElement team, Guid user) =>
        (await _org.PostAsync($"{Path}/{team.Id()}/memberships", Member(user))).Data();

    private async Task<IEnumerable<string?>> HandlesAsync(string query) =>
        (await _org.GetAsync($"{Path}{query}")).Data().EnumerateArray().Select(static team => team.Attributes().Text("handle"));
}
