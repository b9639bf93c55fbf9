using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Orgs;

public sealed class UserTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/users";

    private RunningOrg _org = null!;

    public async ValueTask InitializeAsync() => _org = await fixture.NewOrgAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_user_is_pending_and_has_the_standard_role()
    {
        var document = await CreateAsync("Bo@Example.Test", "Bo");

        var user = document.Data();
        user.Attributes().Text("email").ShouldBe("bo@example.test");
        user.Attributes().Text("handle").ShouldBe("bo@example.test");
        user.Attributes().Text("name").ShouldBe("Bo");
        user.Attributes().Text("status").ShouldBe("Pending");
        user.Attributes().GetProperty("disabled").GetBoolean().ShouldBeFalse();
        var role = document.GetProperty("included").EnumerateArray().ShouldHaveSingleItem();
        role.Attributes().Text("name").ShouldBe(Roles.Standard);
        user.GetProperty("relationships").GetProperty("roles").GetProperty("data")[0].Id().ShouldBe(role.Id());
        (await _org.GetAsync($"{Path}/{user.Id()}")).Data().Attributes().Text("name").ShouldBe("Bo");
    }

    [Fact]
    public async Task Roles_are_given_by_id()
    {
        var roles = await _org.GetAsync("/api/v2/roles?filter=read%20only");
        var readOnly = roles.Data().EnumerateArray().ShouldHaveSingleItem();
        var document = await _org.PostAsync(Path, BodyOf("cy@example.test", "Cy", readOnly.Id()), HttpStatusCode.Created);

        document.GetProperty("included")[0].Attributes().Text("name").ShouldBe(Roles.ReadOnly);
        var error = await _org.RefusedAsync(HttpMethod.Post, Path, BodyOf("di@example.test", "Di", Guid.NewGuid().ToString()), 400);
        error.Text("detail")!.ShouldContain("there is no role");
    }

    [Fact]
    public async Task An_address_that_is_taken_is_a_conflict()
    {
        await CreateAsync("bo@example.test", "Bo");
        await _org.RefusedAsync(HttpMethod.Post, Path, BodyOf("BO@example.test", "Another"), 409);
        await (await fixture.NewOrgAsync()).PostAsync(Path, BodyOf("bo@example.test", "Bo"), HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not an address")]
    [InlineData(null)]
    public async Task A_user_needs_an_address(string? email) =>
        await _org.RefusedAsync(HttpMethod.Post, Path, new { data = new { type = "users", attributes = new { email } } }, 400);

    [Fact]
    public async Task A_change_is_shown_at_once_also_on_the_users_cases()
    {
        var project = await _org.NewProjectAsync();
        var opened = await _org.NewCaseAsync(project);
        await _org.PatchAsync($"{Path}/{_org.UserId}", UpdateOf(_org.UserId.ToString(), new { name = "Ana Maria" }));

        (await _org.GetAsync("/api/v2/current_user")).Data().Attributes().Text("name").ShouldBe("Ana Maria");
        var document = await _org.GetAsync($"/api/v2/cases/{opened.Id()}");
        document.GetProperty("included")[0].Attributes().Text("name").ShouldBe("Ana Maria");
    }

    [Fact]
    public async Task The_body_must_repeat_the_id_of_the_path()
    {
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{_org.UserId}", UpdateOf(Guid.NewGuid().ToString(), new { name = "x" }), 422);
        var error = await _org.RefusedAsync(
            HttpMethod.Patch, $"{Path}/{_org.UserId}", new { data = new { type = "users", attributes = new { name = "x" } } }, 400);
        error.Text("detail").ShouldBe("member \"data.id\" is required");
    }

    [Fact]
    public async Task A_deleted_user_is_disabled_and_the_users_keys_stop_working()
    {
        var bo = await _org.AsNewUserAsync(Roles.Standard);
        await bo.GetAsync("/api/v2/current_user");
        await _org.DeleteAsync($"{Path}/{bo.UserId}");

        (await _org.GetAsync($"{Path}/{bo.UserId}")).Data().Attributes().Text("status").ShouldBe("Disabled");
        (await bo.RefusedAsync(HttpMethod.Get, "/api/v2/current_user", null, 403)).Text("detail")!.ShouldContain("disabled");
        await _org.DeleteAsync($"{Path}/{bo.UserId}");
        await _org.PatchAsync($"{Path}/{bo.UserId}", UpdateOf(bo.UserId.ToString(), new { disabled = false }));
        await bo.GetAsync("/api/v2/current_user");
    }

    [Fact]
    public async Task Users_are_listed_filtered_and_counted()
    {
        await CreateAsync("bo@example.test", "Bo");
        var cy = await CreateAsync("cy@example.test", "Cy");
        await _org.DeleteAsync($"{Path}/{cy.Data().Id()}");

        var all = await _org.GetAsync($"{Path}?sort=name");
        NamesOf(all).ShouldBe(["Ana", "Bo", "Cy"]);
        all.GetProperty("meta").GetRawText().ShouldBe("""{"page":{"total_count":3,"total_filtered_count":3}}""");
        NamesOf(await _org.GetAsync($"{Path}?sort=-name&page[size]=2")).ShouldBe(["Cy", "Bo"]);
        NamesOf(await _org.GetAsync($"{Path}?sort=name&sort_dir=desc&page[size]=2&page[number]=1")).ShouldBe(["Ana"]);
        NamesOf(await _org.GetAsync($"{Path}?filter=BO%40")).ShouldBe(["Bo"]);
        NamesOf(await _org.GetAsync($"{Path}?filter[status]=Disabled")).ShouldBe(["Cy"]);
        NamesOf(await _org.GetAsync($"{Path}?filter[status]=active")).ShouldBe(["Ana"]);
        NamesOf(await _org.GetAsync($"{Path}?filter[status]=Pending")).ShouldBe(["Bo"]);
        NamesOf(await _org.GetAsync($"{Path}?filter[status]=Pending,%20Disabled")).ShouldBe(["Bo", "Cy"]);
        NamesOf(await _org.GetAsync($"{Path}?filter=%25")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("not-a-uuid")]
    public async Task An_unknown_user_is_not_found(string id)
    {
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{id}", null, 404);
        await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{id}", null, 404);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{id}", UpdateOf(id, new { name = "x" }), 404);
    }

    [Fact]
    public async Task Another_organisations_users_are_not_found()
    {
        var other = await fixture.NewOrgAsync();

        await other.RefusedAsync(HttpMethod.Get, $"{Path}/{_org.UserId}", null, 404);
        await other.RefusedAsync(HttpMethod.Delete, $"{Path}/{_org.UserId}", null, 404);
        (await other.GetAsync(Path)).Data().EnumerateArray().ShouldHaveSingleItem().Id().ShouldBe(other.UserId.ToString());
    }

    [Fact]
    public async Task The_current_user_is_the_application_keys()
    {
        var reader = await _org.AsNewUserAsync(Roles.ReadOnly, "Reader");

        (await reader.GetAsync("/api/v2/current_user")).Data().Id().ShouldBe(reader.UserId.ToString());
    }

    private static IEnumerable<string?> NamesOf(JsonElement page) => page.Data().EnumerateArray().Select(user => user.Attributes().Text("name"));

    private static object BodyOf(string email, string name, string? role = null) => new
    {
        data = new
        {
            type = "users",
            attributes = new { email, name },
            relationships = new { roles = role is null ? null : new { data = new[] { new { type = "roles", id = role } } } },
        },
    };

    private static object UpdateOf(string id, object attributes) => new { data = new { type = "users", id, attributes } };

    private Task<JsonElement> CreateAsync(string email, string name) => _org.PostAsync(Path, BodyOf(email, name), HttpStatusCode.Created);
}
