using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class OpenCaseTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _project = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_case_has_the_defaults_and_leaves_out_what_is_unset()
    {
        var document = await _org.PostAsync("/api/v2/cases", Documents.NewCase(_project, "Disk filling on db-3"), HttpStatusCode.Created);

        var opened = document.Data();
        var attributes = opened.Attributes();
        attributes.Text("title").ShouldBe("Disk filling on db-3");
        attributes.Text("description").ShouldBe("");
        attributes.Text("priority").ShouldBe("NOT_DEFINED");
        attributes.Text("status").ShouldBe("OPEN");
        attributes.Text("status_name").ShouldBe("Open");
        attributes.Text("status_group").ShouldBe("SG_OPEN");
        attributes.Text("type").ShouldBe("STANDARD");
        attributes.Text("type_id").ShouldBe(Documents.StandardType);
        attributes.Text("creation_source").ShouldBe("MANUAL");
        attributes.Text("merge_status").ShouldBe("NOT_MERGED");
        attributes.Text("key").ShouldBe("NOC-1");
        attributes.Text("internal_id").ShouldBe(opened.Id());
        attributes.GetProperty("comment_count").GetInt32().ShouldBe(0);
        foreach (var unset in (string[])["modified_at", "archived_at", "closed_at", "due_date", "jira_issue", "created_by_author"])
        {
            attributes.Has(unset).ShouldBeFalse(unset);
        }

        opened.Related("project").ShouldBe(_project);
        opened.Related("created_by").ShouldBe(_org.UserId.ToString());
        opened.Related("assignee").ShouldBeNull();
        opened.Related("modified_by").ShouldBeNull();
        opened.EnumerateObject().Select(member => member.Name).ShouldBe(["id", "type", "attributes", "relationships"]);
        attributes.EnumerateObject().Select(member => member.Name).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Every_referenced_user_is_included_once()
    {
        var document = await _org.PostAsync(
            "/api/v2/cases", Documents.NewCase(_project, "Mine", assignee: _org.UserId.ToString()), HttpStatusCode.Created);

        var included = document.GetProperty("included").EnumerateArray().ShouldHaveSingleItem();
        included.Text("type").ShouldBe("user");
        included.Id().ShouldBe(_org.UserId.ToString());
        included.Attributes().Text("email").ShouldBe("ana@example.test");
        included.Attributes().Text("handle").ShouldBe("ana@example.test");
        included.Attributes().Text("name").ShouldBe("Ana");
        included.Attributes().GetProperty("active").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Everything_that_is_given_is_kept()
    {
        var opened = await _org.NewCaseAsync(_project, "Größe 大小 😀", new
        {
            description = "line one\nline two <b>&\"quoted\"</b>",
            priority = "P2",
            status_name = "In Progress",
            attributes = new { team = new[] { "noc", "db" }, service = new[] { "web" } },
        });

        var attributes = (await _org.GetAsync($"/api/v2/cases/{opened.Id()}")).Data().Attributes();
        attributes.Text("title").ShouldBe("Größe 大小 😀");
        attributes.Text("description").ShouldBe("line one\nline two <b>&\"quoted\"</b>");
        attributes.Text("priority").ShouldBe("P2");
        attributes.Text("status").ShouldBe("IN_PROGRESS");
        attributes.GetProperty("attributes").GetProperty("team").EnumerateArray().Select(value => value.GetString()).ShouldBe(["noc", "db"]);
        attributes.GetProperty("attributes").GetProperty("service")[0].GetString().ShouldBe("web");
    }

    [Fact]
    public async Task Two_cases_in_a_row_get_consecutive_keys_and_numbers()
    {
        var first = (await _org.NewCaseAsync(_project)).Attributes();
        var second = (await _org.NewCaseAsync(_project)).Attributes();

        first.Text("key").ShouldBe("NOC-1");
        second.Text("key").ShouldBe("NOC-2");
        (long.Parse(second.Text("public_id")!) - long.Parse(first.Text("public_id")!)).ShouldBe(1);
    }

    [Fact]
    public async Task The_older_member_type_names_a_type_too()
    {
        var body = new
        {
            data = new
            {
                type = "case",
                attributes = new { title = "Old client", type = "CHANGE_REQUEST" },
                relationships = new { project = new { data = new { id = _project, type = "project" } } },
            },
        };
        var opened = await _org.PostAsync("/api/v2/cases", body, HttpStatusCode.Created);

        opened.Data().Attributes().Text("type_id").ShouldBe(Documents.ChangeRequestType);
    }

    [Theory]
    [InlineData("title", "", 400, "must not be empty")]
    [InlineData("title", null, 400, "attribute \"title\" is required")]
    [InlineData("priority", "P1234", 400, "invalid priority P1234. Must be one of P1, P2, P3, P4, P5, NOT_DEFINED")]
    [InlineData("status_name", "Sleeping", 400, "invalid status Sleeping. Must be one of Open, In Progress, Closed")]
    [InlineData("type_id", "no-uuid", 400, "attribute \"type_id\" is not a valid UUID")]
    [InlineData("type_id", null, 400, "attribute \"type_id\" is required")]
    [InlineData("attributes", "scalar", 400, "error decoding attribute \"attributes\": invalid type string")]
    public async Task A_wrong_attribute_is_refused(string attribute, string? value, int status, string detail)
    {
        var attributes = new Dictionary<string, object?> { ["title"] = "T", ["type_id"] = Documents.StandardType, [attribute] = value };
        var error = await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", BodyOf(attributes), status);

        error.Text("detail")!.ShouldContain(detail);
    }

    [Fact]
    public async Task An_unknown_project_type_or_assignee_is_not_found()
    {
        var unknown = Guid.NewGuid().ToString();
        (await RefusedAsync(Documents.NewCase(unknown, "T"))).Text("title").ShouldBe("project not found");
        (await RefusedAsync(Documents.NewCase(_project, "T", new { type_id = unknown }))).Text("title").ShouldBe("case_type not found");
        (await RefusedAsync(Documents.NewCase(_project, "T", assignee: unknown))).Text("title").ShouldBe("user not found");

        Task<JsonElement> RefusedAsync(object body) => _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", body, 404);
    }

    [Fact]
    public async Task A_custom_attribute_that_no_type_has_is_not_found_and_named()
    {
        var body = Documents.NewCase(_project, "T", new { custom_attributes = new { region = new { type = "TEXT", is_multi = false, value = "eu" } } });
        var error = await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", body, 404);

        error.Text("code").ShouldBe("resource_not_found");
        error.GetProperty("meta").Text("key").ShouldBe("region");
    }

    [Fact]
    public async Task Another_resource_type_or_relationship_type_is_refused_by_name()
    {
        var wrong = JsonSerializer.Serialize(Documents.NewCase(_project, "T"));
        var error = await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", wrong.Replace("\"type\":\"case\"", "\"type\":\"project\"", StringComparison.Ordinal), 400);
        error.Text("detail").ShouldBe("got type \"project\" expected one of \"case\"");

        error = await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", wrong.Replace("\"type\":\"project\"", "\"type\":\"projects\"", StringComparison.Ordinal), 400);
        error.Text("detail").ShouldBe("got type \"projects\" expected one of \"project\"");
    }

    [Fact]
    public async Task A_title_of_two_megabytes_is_refused_and_so_is_one_over_the_domains_limit()
    {
        await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_project, new string('x', 2 * 1024 * 1024)), 413);
        var error = await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_project, new string('x', 10_000)), 400);

        error.Text("detail")!.ShouldContain("10000 characters");
    }

    [Fact]
    public async Task A_case_without_a_project_is_refused()
    {
        var error = await _org.RefusedAsync(
            HttpMethod.Post, "/api/v2/cases", Documents.Case(new { title = "T", type_id = Documents.StandardType }), 400);

        error.Text("detail").ShouldBe("relationship \"project\" is required");
    }

    private object BodyOf(Dictionary<string, object?> attributes) => new
    {
        data = new
        {
            type = "case",
            attributes,
            relationships = new { project = new { data = new { id = _project, type = "project" } } },
        },
    };
}
