using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

/// <summary>Many cases at once: changes in bulk, counts, aggregates.</summary>
public sealed class BulkTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/cases/bulk";

    private RunningOrg _org = null!;
    private string _project = null!;
    private string[] _cases = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
        _cases = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(async n => (await _org.NewCaseAsync(_project, $"case {n}")).Id()))];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_case_gets_the_change_and_is_reported_in_order()
    {
        var answer = await _org.PostAsync(Path, Bulk("priority", new { priority = "P1" }, _cases));

        answer.Data().EnumerateArray().Select(one => one.Id()).ShouldBe(_cases);
        answer.GetProperty("meta").GetProperty("done").GetInt32().ShouldBe(4);
        foreach (var id in _cases)
        {
            (await AttributesAsync(id)).Text("priority").ShouldBe("P1");
        }
    }

    [Theory]
    [InlineData("status", "status_name", "In Progress", "status_name", "In Progress")]
    [InlineData("status", "status", "CLOSED", "status_group", "SG_CLOSED")]
    public async Task A_status_is_set_by_either_name(string type, string member, string value, string shown, string expected)
    {
        await _org.PostAsync(Path, Bulk(type, new Dictionary<string, string> { [member] = value }, _cases));

        (await AttributesAsync(_cases[0])).Text(shown).ShouldBe(expected);
    }

    [Fact]
    public async Task Cases_are_assigned_archived_and_taken_back()
    {
        await _org.PostAsync(Path, Bulk("assign", new { assignee_id = _org.UserId }, _cases));
        await _org.PostAsync(Path, Bulk("archive", null, _cases));
        var changed = (await _org.GetAsync($"/api/v2/cases/{_cases[1]}")).Data();
        changed.Related("assignee").ShouldBe(_org.UserId.ToString());
        changed.Attributes().Has("archived_at").ShouldBeTrue();
        await _org.PostAsync(Path, Bulk("unarchive", null, _cases));
        await _org.PostAsync(Path, Bulk("unassign", null, _cases));
        (await AttributesAsync(_cases[1])).Has("archived_at").ShouldBeFalse();
    }

    [Fact]
    public async Task A_case_that_refuses_spoils_no_other()
    {
        var change = await _org.NewCaseAsync(_project, "change", new { type_id = Documents.ChangeRequestType });

        var answer = await _org.PostAsync(Path, Bulk("status", new { status_name = "Approved" }, [_cases[0], change.Id()]));

        var results = answer.Data();
        results[0].GetProperty("meta").Text("status").ShouldBe("refused");
        results[0].GetProperty("meta").Text("detail")!.ShouldStartWith("invalid status Approved");
        results[1].GetProperty("meta").Text("status").ShouldBe("done");
        (await AttributesAsync(change.Id())).Text("status_name").ShouldBe("Approved");
        (await AttributesAsync(_cases[0])).Text("status_name").ShouldBe("Open");
    }

    [Fact]
    public async Task An_unknown_case_stops_it_before_any_change()
    {
        await _org.RefusedAsync(HttpMethod.Post, Path, Bulk("priority", new { priority = "P1" }, [_cases[0], Guid.NewGuid().ToString()]), 404);
        await _org.RefusedAsync(HttpMethod.Post, Path, Bulk("priority", new { priority = "P1" }, [_cases[0], "NOC-99"]), 404);

        (await AttributesAsync(_cases[0])).Text("priority").ShouldBe("NOT_DEFINED");
    }

    [Fact]
    public async Task Keys_name_cases_too_and_a_case_named_twice_is_changed_once()
    {
        var key = (await AttributesAsync(_cases[0])).Text("key")!;

        var answer = await _org.PostAsync(Path, Bulk("priority", new { priority = "P3" }, [key, _cases[0], key]));

        answer.Data().EnumerateArray().Select(one => one.Id()).ShouldBe([_cases[0]]);
    }

    [Theory]
    [InlineData("priority", "{}")]
    [InlineData("priority", """{"priority":"P9"}""")]
    [InlineData("priority", """{"priority":1}""")]
    [InlineData("status", "{}")]
    [InlineData("assign", """{"assignee_id":"Ana"}""")]
    [InlineData("update_project", "{}")]
    [InlineData("jira", "{}")]
    [InlineData("explode", "{}")]
    public async Task A_malformed_change_is_refused_as_a_whole(string type, string payload)
    {
        var body = "{\"data\":{\"type\":\"bulk\",\"attributes\":{\"case_ids\":[\"" + _cases[0] + "\"],\"type\":\"" + type + "\",\"payload\":" + payload + "}}}";

        await _org.RefusedAsync(HttpMethod.Post, Path, body, 400);
    }

    [Fact]
    public async Task No_case_or_too_many_are_refused()
    {
        await _org.RefusedAsync(HttpMethod.Post, Path, Bulk("archive", null, []), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Bulk("archive", null, [.. Enumerable.Repeat(_cases[0], 1001)]), 400);
    }

    [Fact]
    public async Task Cases_are_counted_by_each_field()
    {
        await _org.PostAsync(Path, Bulk("priority", new { priority = "P1" }, _cases[..3]));

        var counted = (await _org.GetAsync($"/api/v2/cases/count?query_filter=project_id:{_project}&group_bys=status,priority&limit=10")).Data();

        counted.Attributes().GetProperty("total").GetInt32().ShouldBe(4);
        var groups = counted.Attributes().GetProperty("groups");
        groups[0].Text("group").ShouldBe("status");
        groups[0].GetProperty("group_values")[0].GetRawText().ShouldBe("""{"count":4,"value":"OPEN"}""");
        groups[1].GetProperty("group_values").EnumerateArray().Select(value => (value.Text("value"), value.GetProperty("count").GetInt32()))
            .ShouldBe([("P1", 3), ("NOT_DEFINED", 1)]);
    }

    [Fact]
    public async Task Cases_are_aggregated_by_combinations_of_values()
    {
        await _org.PostAsync(Path, Bulk("priority", new { priority = "P1" }, _cases[..3]));

        var answer = (await _org.PostAsync("/api/v2/cases/aggregate", Aggregate($"project_id:{_project}", ["status", "priority"], 10))).Data();

        answer.Attributes().GetProperty("total").GetInt32().ShouldBe(4);
        answer.Attributes().GetProperty("groups").EnumerateArray()
            .Select(group => (group.Text("group"), group.GetProperty("value")[0].GetInt32()))
            .ShouldBe([("OPEN,P1", 3), ("OPEN,NOT_DEFINED", 1)]);
    }

    [Fact]
    public async Task What_cannot_be_counted_is_refused()
    {
        await _org.RefusedAsync(HttpMethod.Get, "/api/v2/cases/count?query_filter=status:(", null, 400);
        await _org.RefusedAsync(HttpMethod.Get, "/api/v2/cases/count?group_bys=created_at", null, 400);
        await _org.RefusedAsync(HttpMethod.Get, "/api/v2/cases/count?group_bys=a,b,c,d,e,f", null, 400);
        await _org.RefusedAsync(HttpMethod.Get, "/api/v2/cases/count?limit=0", null, 400);
        await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases/aggregate", Aggregate("", [], 10), 400);
        await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases/aggregate", Aggregate("", ["status"], 1001), 400);
        await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases/aggregate", Aggregate("priority:P9", ["status"], 10), 400);
    }

    private async Task<JsonElement> AttributesAsync(string id) => (await _org.GetAsync($"/api/v2/cases/{id}")).Data().Attributes();

    private static object Bulk(string type, object? payload, string[] ids) =>
        new { data = new { type = "bulk", attributes = new { type, case_ids = ids, payload } } };

    private static object Aggregate(string query, string[] groups, int limit) =>
        new { data = new { type = "aggregate", attributes = new { query_filter = query, group_by = new { groups, limit } } } };
}
