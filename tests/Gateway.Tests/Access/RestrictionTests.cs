using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Tests.CaseStreams;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Gateway.Tests.Access;

/// <summary>That a project's policy holds at every door.</summary>
public sealed class RestrictionTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Projects = "/api/v2/cases/projects";

    private RestrictedOrg _org = null!;

    private string CaseId => _org.SecretCase.Id();

    public async ValueTask InitializeAsync() => _org = await RestrictedOrg.CreateAsync(fixture);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_operation_on_a_case_or_project_of_a_path_asks_the_policy()
    {
        var guarded = _org.Manager.Gateway.Operations.Where(ProjectGate.Guards).ToArray();
        guarded.Length.ShouldBeGreaterThanOrEqualTo(30);
        foreach (var operation in guarded)
        {
            var (hidden, detail) = await TryAsync(_org.Stranger, operation);
            hidden.ShouldBe(404, operation.Id);
            detail.ShouldNotContain("SEC");

            var needed = ProjectGate.RelationFor(operation);
            if (needed > ProjectRelation.Viewer)
            {
                (await TryAsync(_org.Viewer, operation)).Status.ShouldBe(403, operation.Id);
            }

            if (needed > ProjectRelation.Contributor)
            {
                (await TryAsync(_org.Contributor, operation)).Status.ShouldBe(403, operation.Id);
            }
        }

        // Nothing of all this did anything.
        var now = (await _org.Manager.GetAsync($"/api/v2/cases/{CaseId}")).Data();
        now.Attributes().Text("title").ShouldBe("Leaked key");
        now.Attributes().Has("modified_at").ShouldBeFalse();
    }

    [Fact]
    public async Task Reading_takes_a_viewer_changing_a_contributor_and_settings_a_manager()
    {
        (await _org.Viewer.GetAsync($"/api/v2/cases/{CaseId}")).Data().Id().ShouldBe(CaseId);
        (await _org.Viewer.GetAsync($"/api/v2/cases/{_org.SecretCase.Attributes().Text("key")}/timelines")).Data().GetArrayLength().ShouldBe(1);
        await _org.Viewer.PostAsync($"/api/v2/cases/{CaseId}/watchers/{_org.Viewer.UserId}", new { }, HttpStatusCode.Created);
        await _org.Contributor.PostAsync($"/api/v2/cases/{CaseId}/title", Documents.Case(new { title = "Rotated key" }));
        await _org.Contributor.RefusedAsync(HttpMethod.Patch, $"{Projects}/{_org.Secret}", Documents.Project(new { name = "Mine" }), 403);
        var renamed = await _org.Manager.PatchAsync($"{Projects}/{_org.Secret}", Documents.Project(new { name = "Security" }));

        renamed.Data().Attributes().GetProperty("restricted").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_hidden_project_is_in_no_list()
    {
        var seen = (await _org.Stranger.GetAsync(Projects)).Data();
        seen.GetArrayLength().ShouldBe(1);
        seen[0].Id().ShouldBe(_org.Open);
        (await _org.Viewer.GetAsync(Projects)).Data().GetArrayLength().ShouldBe(2);

        await _org.Viewer.PostAsync($"{Projects}/{_org.Secret}/favorites", new { }, HttpStatusCode.NoContent);
        (await _org.Viewer.GetAsync($"{Projects}/favorites")).Data().GetArrayLength().ShouldBe(1);
        await RestrictAsync(("manager", [$"user:{_org.Manager.UserId}"]));
        (await _org.Viewer.GetAsync($"{Projects}/favorites")).Data().GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("leaked")]
    [InlineData("")]
    [InlineData("project:SEC OR project:NOC")]
    [InlineData("-title:nothing created_by:@me OR priority:(P1 OR NOT_DEFINED)")]
    public async Task Searches_find_what_may_be_seen(string query)
    {
        if (query.Contains("@me", StringComparison.Ordinal))
        {
            query = "priority:(P1 OR NOT_DEFINED)";
        }

        var filter = Uri.EscapeDataString(query);
        var hidden = await _org.Stranger.GetAsync($"/api/v2/cases?filter={filter}");
        hidden.Data().EnumerateArray().Select(static one => one.Id()).ShouldBe([_org.OpenCase.Id()]);
        hidden.GetProperty("meta").GetProperty("total_cases").GetInt32().ShouldBe(1);
        (await _org.Viewer.GetAsync($"/api/v2/cases?filter={filter}")).Data().GetArrayLength().ShouldBe(2);

        var counted = await _org.Stranger.GetAsync($"/api/v2/cases/count?query_filter={filter}&group_bys=project,priority");
        counted.Data().Attributes().GetProperty("total").GetInt32().ShouldBe(1);
        counted.GetRawText().ShouldNotContain("SEC");
        var aggregated = await _org.Stranger.PostAsync("/api/v2/cases/aggregate", new
        {
            data = new { type = "aggregate", attributes = new { query_filter = query, group_by = new { groups = new[] { "project" }, limit = 10 } } },
        });
        aggregated.Data().Attributes().GetProperty("total").GetInt32().ShouldBe(1);
        aggregated.GetRawText().ShouldNotContain("SEC");
    }

    [Fact]
    public async Task Suggestions_do_not_name_hidden_projects()
    {
        (await _org.Stranger.GetAsync("/api/v2/cases/suggestions?filter[facet]=project&filter[prefix]=")).GetRawText().ShouldNotContain("SEC");
        (await _org.Viewer.GetAsync("/api/v2/cases/suggestions?filter[facet]=project&filter[prefix]=")).GetRawText().ShouldContain("SEC");
    }

    [Fact]
    public async Task Figures_leave_hidden_cases_out() =>
        (await _org.Stranger.GetAsync("/api/v2/cases/analytics?group_by=project")).GetRawText().ShouldNotContain(_org.Secret);

    [Fact]
    public async Task A_case_is_opened_and_moved_only_where_its_maker_contributes()
    {
        await _org.Stranger.RefusedAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_org.Secret, "Hello"), 404);
        await _org.Viewer.RefusedAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_org.Secret, "Hello"), 403);
        await _org.Contributor.NewCaseAsync(_org.Secret, "Hello");
        var move = new { data = new { id = _org.Secret, type = "project" } };
        var path = $"/api/v2/cases/{_org.OpenCase.Id()}/relationships/project";
        await _org.Stranger.RefusedAsync(HttpMethod.Patch, path, move, 404);
        await _org.Viewer.RefusedAsync(HttpMethod.Patch, path, move, 403);
        (await _org.Contributor.PatchAsync(path, move)).Data().Related("project").ShouldBe(_org.Secret);

        // What went in is hidden from then on.
        await _org.Stranger.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{_org.OpenCase.Id()}", null, 404);
    }

    [Fact]
    public async Task A_bulk_update_with_a_hidden_case_is_refused_whole_and_with_a_read_only_one_in_part()
    {
        object Bulk(string type, object payload) => new
        {
            data = new { type = "bulk", attributes = new { case_ids = new[] { _org.OpenCase.Id(), CaseId }, type, payload } },
        };
        await _org.Stranger.RefusedAsync(HttpMethod.Post, "/api/v2/cases/bulk", Bulk("priority", new { priority = "P5" }), 404);
        (await _org.Manager.GetAsync($"/api/v2/cases/{_org.OpenCase.Id()}")).Data().Attributes().Text("priority").ShouldBe("NOT_DEFINED");

        var partly = await _org.Viewer.PostAsync("/api/v2/cases/bulk", Bulk("priority", new { priority = "P5" }));
        partly.Data().EnumerateArray().Select(static one => one.GetProperty("meta").Text("status")).ShouldBe(["done", "refused"]);
        var moved = await _org.Viewer.PostAsync("/api/v2/cases/bulk", Bulk("update_project", new { project_id = _org.Secret }));
        moved.GetProperty("meta").GetProperty("done").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Links_need_both_cases_and_do_not_show_hidden_ones()
    {
        object Link(string parent, string child) => new
        {
            data = new
            {
                type = "link",
                attributes = new { parent_entity_type = "CASE", parent_entity_id = parent, child_entity_type = "CASE", child_entity_id = child, relationship = "DUPLICATES" },
            },
        };
        var open = _org.OpenCase.Id();
        foreach (var (parent, child) in new[] { (CaseId, open), (open, CaseId) })
        {
            await _org.Stranger.RefusedAsync(HttpMethod.Post, "/api/v2/cases/link", Link(parent, child), 404);
            await _org.Viewer.RefusedAsync(HttpMethod.Post, "/api/v2/cases/link", Link(parent, child), 403);
        }

        var made = (await _org.Contributor.PostAsync("/api/v2/cases/link", Link(open, CaseId), HttpStatusCode.Created)).Data().Id();
        await _org.Stranger.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/link?entity_type=CASE&entity_id={CaseId}", null, 404);
        (await _org.Stranger.GetAsync($"/api/v2/cases/link?entity_type=CASE&entity_id={open}")).Data().GetArrayLength().ShouldBe(0);
        (await _org.Viewer.GetAsync($"/api/v2/cases/link?entity_type=CASE&entity_id={open}")).Data().GetArrayLength().ShouldBe(1);
        await _org.Stranger.RefusedAsync(HttpMethod.Delete, $"/api/v2/cases/link/{made}", null, 404);
        await _org.Viewer.RefusedAsync(HttpMethod.Delete, $"/api/v2/cases/link/{made}", null, 403);
        await _org.Contributor.DeleteAsync($"/api/v2/cases/link/{made}");
    }

    [Fact]
    public async Task A_stream_tells_of_what_may_be_seen_as_soon_as_it_may()
    {
        await using var stranger = await EventClient.FollowAsync(_org.Stranger);
        await _org.Manager.PostAsync($"/api/v2/cases/{CaseId}/priority", Documents.Case(new { priority = "P2" }));
        await _org.Manager.PostAsync($"/api/v2/cases/{_org.OpenCase.Id()}/priority", Documents.Case(new { priority = "P3" }));
        (await PriorityOfAsync(stranger)).ShouldBe(_org.OpenCase.Id());

        await _org.Manager.DeleteAsync(RestrictedOrg.PathOf(_org.Resource));
        await _org.Manager.PostAsync($"/api/v2/cases/{CaseId}/priority", Documents.Case(new { priority = "P4" }));
        (await PriorityOfAsync(stranger)).ShouldBe(CaseId);
    }

    [Fact]
    public async Task A_hidden_projects_end_is_not_told()
    {
        await using var stranger = await EventClient.FollowAsync(_org.Stranger);
        await _org.Manager.PostAsync($"/api/v2/cases/{_org.OpenCase.Id()}/priority", Documents.Case(new { priority = "P3" }));
        (await PriorityOfAsync(stranger)).ShouldBe(_org.OpenCase.Id());
        await _org.Manager.DeleteAsync($"{Projects}/{_org.Secret}");
        await _org.Manager.PostAsync($"/api/v2/cases/{_org.OpenCase.Id()}/priority", Documents.Case(new { priority = "P4" }));

        (await PriorityOfAsync(stranger)).ShouldBe(_org.OpenCase.Id());
    }

    [Fact]
    public async Task Comments_of_others_are_the_managers_to_change()
    {
        var comment = (await _org.Contributor.PostAsync($"/api/v2/cases/{CaseId}/comment", Documents.Case(new { comment = "Mine" }))).Data()[0].Id();
        var edit = Documents.Case(new { comment = "Changed" });
        var admin = await _org.Manager.AsNewUserAsync(Roles.Admin, "Ada");
        await RestrictAsync(
            ("manager", [$"user:{_org.Manager.UserId}"]),
            ("contributor", [$"user:{_org.Contributor.UserId}", $"user:{_org.Viewer.UserId}", $"user:{admin.UserId}"]));

        await _org.Viewer.RefusedAsync(HttpMethod.Put, $"/api/v2/cases/{CaseId}/comment/{comment}", edit, 403);
        await admin.RefusedAsync(HttpMethod.Put, $"/api/v2/cases/{CaseId}/comment/{comment}", edit, 403);
        await _org.Contributor.PutAsync($"/api/v2/cases/{CaseId}/comment/{comment}", edit);
        await _org.Manager.DeleteAsync($"/api/v2/cases/{CaseId}/comment/{comment}");
    }

    /// <summary>The next case of which a new priority is told; nothing of the restricted one may come before.</summary>
    private async Task<string?> PriorityOfAsync(EventClient client)
    {
        while (true)
        {
            var change = await client.ChangeAsync();
            var id = change.GetProperty("case").Text("id");
            if (change.Text("type") == "case.priority_changed")
            {
                return id;
            }

            id.ShouldBe(_org.OpenCase.Id());
        }
    }

    private Task<JsonElement> RestrictAsync(params (string Relation, string[] Principals)[] bindings) =>
        _org.Manager.PostAsync(RestrictedOrg.PathOf(_org.Resource), RestrictedOrg.Policy(_org.Resource, bindings));

    /// <summary>Sends a well-formed request for an operation on the restricted project or its case.</summary>
    private async Task<(int Status, string Text)> TryAsync(RunningOrg caller, ApiOperation operation)
    {
        var path = Regex.Replace(operation.Path, "{([^}]+)}", part => part.Groups[1].Value switch
        {
            "case_id" => CaseId,
            "project_id" => _org.Secret,
            _ => "00000000-0000-0000-0000-00000000000a",
        });
        var query = string.Join('&', operation.Parameters
            .Where(static parameter => parameter.Place == Parameter.InQuery && parameter.Required)
            .Select(static parameter => $"{parameter.Name}=1"));
        object? body = operation.Body is { } shape ? SampleBody.Of(shape) : operation.Method is "GET" or "DELETE" ? null : new { };
        using var answer = await caller.SendRawAsync(new HttpMethod(operation.Method), query.Length == 0 ? path : $"{path}?{query}", body);
        return ((int)answer.StatusCode, await answer.TextAsync());
    }
}
