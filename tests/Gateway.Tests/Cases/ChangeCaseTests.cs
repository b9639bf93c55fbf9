using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class ChangeCaseTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _project = null!;
    private JsonElement _opened;
    private string _path = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
        _opened = await _org.NewCaseAsync(_project);
        _path = $"/api/v2/cases/{_opened.Id()}";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_case_is_found_by_id_and_by_key_in_any_letter_case()
    {
        (await _org.GetAsync(_path)).Data().Id().ShouldBe(_opened.Id());
        (await _org.GetAsync("/api/v2/cases/NOC-1")).Data().Id().ShouldBe(_opened.Id());
        (await _org.GetAsync("/api/v2/cases/noc-1")).Data().Id().ShouldBe(_opened.Id());
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("NOC-999")]
    [InlineData("NOC-99999999999999999999999999")]
    [InlineData("no such thing")]
    [InlineData("'; drop table \"case\"; --")]
    [InlineData("%00")]
    public async Task An_unknown_case_is_not_found(string name)
    {
        var path = $"/api/v2/cases/{(name.StartsWith('%') ? name : Uri.EscapeDataString(name))}";
        using var response = await _org.SendRawAsync(HttpMethod.Get, path, null);

        var status = (int)response.StatusCode;
        status.ShouldBeOneOf(404, 400);
        if (status == 404)
        {
            var error = await response.ErrorAsync(404);
            error.Text("code").ShouldBe("resource_not_found");
            error.Text("title").ShouldBe("case not found");
        }
    }

    [Fact]
    public async Task The_answer_shows_the_change_and_who_made_it()
    {
        var changed = (await _org.PostAsync($"{_path}/title", Documents.Case(new { title = "Disk full" }))).Data();

        changed.Attributes().Text("title").ShouldBe("Disk full");
        changed.Attributes().Has("modified_at").ShouldBeTrue();
        changed.Related("modified_by").ShouldBe(_org.UserId.ToString());
        (await _org.GetAsync(_path)).Data().GetRawText().ShouldBe(changed.GetRawText());
    }

    [Fact]
    public async Task Each_field_has_an_operation_of_its_own()
    {
        await _org.PostAsync($"{_path}/description", Documents.Case(new { description = "text" }));
        await _org.PostAsync($"{_path}/priority", Documents.Case(new { priority = "P1" }));
        await _org.PostAsync($"{_path}/status", Documents.Case(new { status_name = "In Progress" }));
        await _org.PostAsync($"{_path}/assign", Documents.Case(new { assignee_id = _org.UserId }));
        await _org.PostAsync($"{_path}/attributes", Documents.Case(new { attributes = new { team = new[] { "noc" } } }));
        var changed = (await _org.PostAsync($"{_path}/archive", Documents.EmptyCase)).Data();

        var attributes = changed.Attributes();
        attributes.Text("description").ShouldBe("text");
        attributes.Text("priority").ShouldBe("P1");
        attributes.Text("status_name").ShouldBe("In Progress");
        attributes.GetProperty("attributes").GetProperty("team")[0].GetString().ShouldBe("noc");
        attributes.Has("archived_at").ShouldBeTrue();
        changed.Related("assignee").ShouldBe(_org.UserId.ToString());

        changed = (await _org.PostAsync($"{_path}/unassign", Documents.EmptyCase)).Data();
        changed.Related("assignee").ShouldBeNull();
        changed = (await _org.PostAsync($"{_path}/unarchive", Documents.EmptyCase)).Data();
        changed.Attributes().Has("archived_at").ShouldBeFalse();
    }

    [Theory]
    [InlineData("unassign")]
    [InlineData("unarchive")]
    public async Task A_change_that_changes_nothing_leaves_the_time_of_change_alone(string subPath)
    {
        var changed = (await _org.PostAsync($"{_path}/{subPath}", Documents.EmptyCase)).Data();

        changed.Attributes().Has("modified_at").ShouldBeFalse();
        changed.Related("modified_by").ShouldBeNull();
    }

    [Fact]
    public async Task The_attribute_map_is_replaced_as_a_whole()
    {
        await _org.PostAsync($"{_path}/attributes", Documents.Case(new { attributes = new { team = new[] { "a" }, env = new[] { "prod" } } }));
        var changed = await _org.PostAsync($"{_path}/attributes", Documents.Case(new { attributes = new { service = new[] { "b", "c" } } }));

        changed.Data().Attributes().GetProperty("attributes").GetRawText().ShouldBe("""{"service":["b","c"]}""");
    }

    [Theory]
    [InlineData("OPEN", "Open", "SG_OPEN")]
    [InlineData("IN_PROGRESS", "In Progress", "SG_IN_PROGRESS")]
    [InlineData("CLOSED", "Closed", "SG_CLOSED")]
    [InlineData("RESOLVED", "Closed", "SG_CLOSED")]
    [InlineData("ACKNOWLEDGED", "In Progress", "SG_IN_PROGRESS")]
    public async Task An_older_status_name_stands_for_a_groups_default(string legacy, string name, string group)
    {
        var changed = (await _org.PostAsync($"{_path}/status", Documents.Case(new { status = legacy }))).Data().Attributes();

        changed.Text("status_name").ShouldBe(name);
        changed.Text("status_group").ShouldBe(group);
    }

    [Fact]
    public async Task A_change_requests_older_status_names_are_its_own_statuses()
    {
        var request = await _org.NewCaseAsync(_project, "Change", new { type_id = Documents.ChangeRequestType });
        var changed = await _org.PostAsync($"/api/v2/cases/{request.Id()}/status", Documents.Case(new { status = "APPROVED" }));

        changed.Data().Attributes().Text("status_name").ShouldBe("Approved");
        changed.Data().Attributes().Text("type").ShouldBe("CHANGE_REQUEST");
        var error = await _org.RefusedAsync(HttpMethod.Post, $"{_path}/status", Documents.Case(new { status = "APPROVED" }), 400);
        error.Text("detail").ShouldBe("invalid status Approved. Must be one of Open, In Progress, Closed");
    }

    [Fact]
    public async Task The_name_wins_over_the_older_status()
    {
        var changed = await _org.PostAsync($"{_path}/status", Documents.Case(new { status = "CLOSED", status_name = "In Progress" }));

        changed.Data().Attributes().Text("status").ShouldBe("IN_PROGRESS");
    }

    [Fact]
    public async Task An_unknown_older_status_is_refused_with_all_fourteen_names()
    {
        var error = await _org.RefusedAsync(HttpMethod.Post, $"{_path}/status", Documents.Case(new { status = "X" }), 400);

        error.Text("title").ShouldBe("Generic Error");
        error.Text("detail").ShouldBe(
            "invalid status X. Must be one of NOT_STARTED, IN_PROGRESS, CLOSED, ACKNOWLEDGED, TRIGGERED, PENDING_APPROVAL, COMPLETED, "
            + "CANCELLED, DECLINED, SUNKNOWN, OPEN, RESOLVED, APPROVED, IMPLEMENTING");
    }

    [Fact]
    public async Task A_closed_case_knows_since_when_and_forgets_it_when_reopened()
    {
        var closed = await _org.PostAsync($"{_path}/status", Documents.Case(new { status_name = "Closed" }));
        closed.Data().Attributes().Has("closed_at").ShouldBeTrue();

        var open = await _org.PostAsync($"{_path}/status", Documents.Case(new { status_name = "Open" }));
        open.Data().Attributes().Has("closed_at").ShouldBeFalse();
    }

    [Fact]
    public async Task A_pending_user_can_be_assigned_and_is_shown_as_inactive()
    {
        var invited = await _org.PostAsync(
            "/api/v2/users",
            new { data = new { type = "users", attributes = new { email = "new@example.test" } } },
            System.Net.HttpStatusCode.Created);
        var document = await _org.PostAsync($"{_path}/assign", Documents.Case(new { assignee_id = invited.Data().Id() }));

        var user = document.GetProperty("included").EnumerateArray().Single(user => user.Id() == invited.Data().Id());
        user.Attributes().GetProperty("active").GetBoolean().ShouldBeFalse();
        user.Attributes().Text("name").ShouldBe("");
    }

    [Theory]
    [InlineData("title", """{"title":""}""", "must not be empty")]
    [InlineData("title", """{}""", "attribute \"title\" is required")]
    [InlineData("priority", """{"priority":"P1234"}""", "invalid priority P1234. Must be one of P1, P2, P3, P4, P5, NOT_DEFINED")]
    [InlineData("status", """{}""", "one of the attributes \"status_name\" and \"status\" is required")]
    [InlineData("assign", """{"assignee_id":"ana"}""", "attribute \"assignee_id\" is not a valid UUID")]
    [InlineData("attributes", """{"attributes":{"team":"noc"}}""", "error decoding attribute \"attributes\": invalid type string")]
    public async Task A_malformed_change_is_refused_even_for_an_unknown_case(string subPath, string attributes, string detail)
    {
        var body = $"{{\"data\":{{\"type\":\"case\",\"attributes\":{attributes}}}}}";
        foreach (var path in (string[])[_path, $"/api/v2/cases/{Guid.NewGuid()}"])
        {
            var error = await _org.RefusedAsync(HttpMethod.Post, $"{path}/{subPath}", body, 400);
            error.Text("detail")!.ShouldContain(detail);
        }
    }

    [Fact]
    public async Task A_well_formed_change_of_an_unknown_case_is_not_found()
    {
        var path = $"/api/v2/cases/{Guid.NewGuid()}";
        foreach (var (subPath, body) in Changes())
        {
            (await _org.RefusedAsync(HttpMethod.Post, $"{path}/{subPath}", body, 404)).Text("title").ShouldBe("case not found", subPath);
        }
    }

    [Fact]
    public async Task Another_organisation_neither_sees_nor_changes_the_case()
    {
        var other = await fixture.NewOrgAsync();
        await other.NewProjectAsync();
        foreach (var path in (string[])[_path, "/api/v2/cases/NOC-1"])
        {
            (await other.RefusedAsync(HttpMethod.Get, path, null, 404)).Text("title").ShouldBe("case not found");
            (await other.RefusedAsync(HttpMethod.Get, $"{path}/timelines", null, 404)).Text("title").ShouldBe("case not found");
            foreach (var (subPath, body) in Changes())
            {
                (await other.RefusedAsync(HttpMethod.Post, $"{path}/{subPath}", body, 404)).Text("title").ShouldBe("case not found", subPath);
            }
        }

        (await _org.GetAsync(_path)).Data().GetRawText().ShouldBe(_opened.GetRawText());
        var error = await _org.RefusedAsync(HttpMethod.Post, $"{_path}/assign", Documents.Case(new { assignee_id = other.UserId }), 404);
        error.Text("title").ShouldBe("user not found");
    }

    [Fact]
    public async Task A_read_only_user_may_look_but_not_touch()
    {
        var reader = await _org.AsNewUserAsync(Roles.ReadOnly);
        await reader.GetAsync(_path);
        await reader.RefusedAsync(HttpMethod.Post, $"{_path}/title", Documents.Case(new { title = "x" }), 403);
    }

    [Fact]
    public async Task Two_hundred_parallel_changes_of_one_case_are_all_applied()
    {
        var titles = Enumerable.Range(0, 200).Select(number => $"title {number}").ToList();
        await Task.WhenAll(titles.Select(title => _org.PostAsync($"{_path}/title", Documents.Case(new { title }))));

        var cells = new List<JsonElement>();
        for (var page = 0; page < 3; page++)
        {
            var listed = await _org.GetAsync($"{_path}/timelines?page[size]=100&page[number]={page}&sort[ascending]=true&filter[type]=TITLE_CHANGED");
            cells.AddRange(listed.Data().EnumerateArray());
        }

        var changes = cells.Select(cell => cell.Attributes().GetProperty("cell_content")).ToList();
        changes.Select(change => change.Text("to")!).ShouldBe(titles, ignoreOrder: true);
        changes.Skip(1).Select(change => change.Text("from")).ShouldBe(changes.SkipLast(1).Select(change => change.Text("to")));
        (await _org.GetAsync(_path)).Data().Attributes().Text("title").ShouldBe(changes[^1].Text("to"));
    }

    private (string SubPath, object Body)[] Changes() =>
    [
        ("title", Documents.Case(new { title = "x" })),
        ("description", Documents.Case(new { description = "x" })),
        ("priority", Documents.Case(new { priority = "P1" })),
        ("status", Documents.Case(new { status_name = "Closed" })),
        ("assign", Documents.Case(new { assignee_id = _org.UserId })),
        ("attributes", Documents.Case(new { attributes = new { } })),
        ("unassign", Documents.EmptyCase),
        ("archive", Documents.EmptyCase),
        ("unarchive", Documents.EmptyCase),
        ("comment", Documents.Case(new { comment = "x" })),
    ];
}
