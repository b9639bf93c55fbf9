using System.Net;
using Switchboard.Gateway.Tests.Access;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Projects;

public sealed class PolicyTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _project = null!;

    private string Resource => $"case-management-project:{_project}";

    private string Path => RestrictedOrg.PathOf(Resource);

    private string Me => $"user:{_org.UserId}";

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_policy_is_kept_and_answered_in_one_form()
    {
        (await _org.GetAsync(Path)).Data().Attributes().GetProperty("bindings").GetArrayLength().ShouldBe(0);
        var role = $"role:{RoleIds.Of(Roles.Standard)}";
        await _org.PostAsync(Path, Policy(("viewer", [$"org:{_org.Id}", role.ToLowerInvariant()]), ("manager", [Me, Me])));

        var bindings = (await _org.GetAsync(Path)).Data().Attributes().GetProperty("bindings").EnumerateArray().ToArray();
        bindings.Select(static binding => binding.Text("relation")).ShouldBe(["viewer", "manager"]);
        bindings[0].GetProperty("principals").EnumerateArray().Select(static one => one.GetString()).ShouldBe([$"org:{_org.Id}", role]);
        bindings[1].GetProperty("principals").GetArrayLength().ShouldBe(1);
        await _org.DeleteAsync(Path);
        (await _org.GetAsync($"/api/v2/cases/projects/{_project}")).Data().Attributes().GetProperty("restricted").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_role_and_the_whole_organisation_let_people_in()
    {
        var reader = await _org.AsNewUserAsync(Roles.ReadOnly);
        await _org.PostAsync(Path, Policy(("manager", [Me])));
        await reader.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/projects/{_project}", null, 404);
        await _org.PostAsync(Path, Policy(("manager", [Me]), ("viewer", [$"role:{RoleIds.Of(Roles.ReadOnly)}"])));
        (await reader.GetAsync($"/api/v2/cases/projects/{_project}")).Data().Id().ShouldBe(_project);
        await _org.PostAsync(Path, Policy(("manager", [Me]), ("viewer", [$"role:{RoleIds.Of(Roles.Standard)}"])));
        await reader.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/projects/{_project}", null, 404);
        await _org.PostAsync(Path, Policy(("manager", [Me]), ("viewer", [$"org:{_org.Id}"])));
        (await reader.GetAsync($"/api/v2/cases/projects/{_project}")).Data().Id().ShouldBe(_project);
    }

    [Fact]
    public async Task Nobody_locks_themselves_out_by_a_slip()
    {
        var worker = await _org.AsNewUserAsync(Roles.Standard);
        var lockout = Policy(("manager", [Me]), ("contributor", [$"user:{worker.UserId}"]));
        (await worker.RefusedAsync(HttpMethod.Post, Path, lockout, 400)).Text("detail")!.ShouldContain("manager");
        await worker.RefusedAsync(HttpMethod.Post, $"{Path}?allow_self_lockout=true", lockout, 403);
        await _org.PostAsync(Path, lockout);

        await _org.RefusedAsync(HttpMethod.Post, Path, Policy(("manager", [$"user:{worker.UserId}"])), 400);
        await _org.PostAsync($"{Path}?allow_self_lockout=true", Policy(("manager", [$"user:{worker.UserId}"])));
        await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/projects/{_project}", null, 404);

        // Administrators see nothing by being that, but they can let themselves in again: no project is lost.
        await _org.PostAsync(Path, Policy(("manager", [Me])));
        (await _org.GetAsync($"/api/v2/cases/projects/{_project}")).Data().Id().ShouldBe(_project);
    }

    [Fact]
    public async Task A_policy_is_its_managers_to_change()
    {
        var (viewer, stranger) = (await _org.AsNewUserAsync(Roles.Standard), await _org.AsNewUserAsync(Roles.Standard));
        await _org.PostAsync(Path, Policy(("manager", [Me]), ("viewer", [$"user:{viewer.UserId}"])));

        (await viewer.GetAsync(Path)).Data().Id().ShouldBe(Resource);
        await viewer.RefusedAsync(HttpMethod.Post, Path, Policy(("manager", [$"user:{viewer.UserId}"])), 403);
        await viewer.RefusedAsync(HttpMethod.Delete, Path, null, 403);
        await stranger.RefusedAsync(HttpMethod.Get, Path, null, 404);
        await stranger.RefusedAsync(HttpMethod.Post, Path, Policy(("manager", [$"user:{stranger.UserId}"])), 404);
        await stranger.RefusedAsync(HttpMethod.Delete, Path, null, 404);
    }

    [Fact]
    public async Task A_malformed_policy_is_refused()
    {
        var nobody = Guid.NewGuid();
        foreach (var bindings in new (string, string[])[][]
        {
            [("owner", [Me])],
            [("manager", [Me]), ("manager", [Me])],
            [("manager", [])],
            [("manager", ["Ana"])],
            [("manager", [Me, "cat:00000000-0000-0000-0000-000000000001"])],
            [("manager", [Me, $"user:{nobody}"])],
            [("manager", [Me, $"role:{nobody}"])],
            [("manager", [Me, $"team:{nobody}"])],
            [("manager", [Me, $"org:{nobody}"])],
            [],
        })
        {
            await _org.RefusedAsync(HttpMethod.Post, Path, Policy(bindings), 400);
        }

        await _org.RefusedAsync(HttpMethod.Post, Path, RestrictedOrg.Policy($"case-management-project:{nobody}", ("manager", [Me])), 400);
        await _org.RefusedAsync(HttpMethod.Get, RestrictedOrg.PathOf($"dashboard:{_project}"), null, 400);
        await _org.RefusedAsync(HttpMethod.Get, RestrictedOrg.PathOf(_project), null, 400);
        await _org.RefusedAsync(HttpMethod.Get, RestrictedOrg.PathOf($"case-management-project:{nobody}"), null, 404);
        (await _org.GetAsync(Path)).Data().Attributes().GetProperty("bindings").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_repeated_request_changes_the_policy_once()
    {
        var body = Policy(("manager", [Me]));
        using var first = await _org.SendRawAsync(HttpMethod.Post, Path, body, "once");
        using var again = await _org.SendRawAsync(HttpMethod.Post, Path, body, "once");

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        (await again.TextAsync()).ShouldBe(await first.TextAsync());
    }

    private object Policy(params (string Relation, string[] Principals)[] bindings) => RestrictedOrg.Policy(Resource, bindings);
}
