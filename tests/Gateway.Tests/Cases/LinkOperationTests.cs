using System.Net;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class LinkOperationTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/cases/link";

    private RunningOrg _org = null!;
    private string _parent = null!;
    private string _child = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        var project = await _org.NewProjectAsync();
        (_parent, _child) = ((await _org.NewCaseAsync(project, "outage")).Id(), (await _org.NewCaseAsync(project, "symptom")).Id());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_link_is_made_listed_from_both_ends_and_deleted()
    {
        var link = (await _org.PostAsync(Path, Link(_parent, _child), HttpStatusCode.Created)).Data();
        link.Attributes().Text("parent_entity_id").ShouldBe(_parent);
        link.Attributes().Text("relationship").ShouldBe("PARENT_OF");
        foreach (var end in new[] { _parent, _child })
        {
            (await ListAsync(end)).ShouldBe([link.Id()]);
            var cells = (await _org.GetAsync($"/api/v2/cases/{end}/timelines?filter%5Btype%5D=LINK_ADDED")).Data();
            cells[0].Attributes().GetProperty("cell_content").Text("link_id").ShouldBe(link.Id());
        }

        (await _org.GetAsync($"{Path}?entity_type=CASE&entity_id={_parent}&relationship=BLOCKS")).Data().GetArrayLength().ShouldBe(0);
        await _org.DeleteAsync($"{Path}/{link.Id()}");
        (await ListAsync(_child)).ShouldBeEmpty();
        (await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{link.Id()}", null, 404)).Text("title").ShouldBe("case link not found");
    }

    [Fact]
    public async Task A_repetition_with_the_same_key_makes_one_link()
    {
        using var first = await _org.SendRawAsync(HttpMethod.Post, Path, Link(_parent, _child), "link-once");
        using var second = await _org.SendRawAsync(HttpMethod.Post, Path, Link(_parent, _child), "link-once");

        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await second.JsonAsync()).Data().Id().ShouldBe((await first.JsonAsync()).Data().Id());
        (await ListAsync(_parent)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_link_of_the_same_pair_is_refused()
    {
        await _org.PostAsync(Path, Link(_parent, _child, "RELATES_TO"), HttpStatusCode.Created);

        var refused = await _org.RefusedAsync(HttpMethod.Post, Path, Link(_child, _parent, "RELATES_TO"), 400);
        refused.Text("detail").ShouldBe("these two are linked by RELATES_TO already");
    }

    [Fact]
    public async Task A_circle_is_refused()
    {
        await _org.PostAsync(Path, Link(_parent, _child), HttpStatusCode.Created);

        (await _org.RefusedAsync(HttpMethod.Post, Path, Link(_child, _parent), 400)).Text("detail")!.ShouldContain("lead back");
    }

    [Fact]
    public async Task What_cannot_be_linked_is_refused()
    {
        await _org.RefusedAsync(HttpMethod.Post, Path, Link(_parent, _parent), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Link("no uuid", _child), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Link(_parent, _child, "LIKES"), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Link(_parent, "INC-1", "CAUSES", "RUMOUR"), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Link(_parent, Guid.NewGuid().ToString()), 404);
        await _org.RefusedAsync(HttpMethod.Post, Path, Link(Guid.NewGuid().ToString(), _child), 404);
        await _org.PostAsync(Path, Link(_parent, "INC-1", "ESCALATES_TO", "INCIDENT"), HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("?entity_type=CASE", 400)]
    [InlineData("?entity_id=77", 400)]
    [InlineData("?entity_type=CASE&entity_id=77", 400)]
    [InlineData("?entity_type=RUMOUR&entity_id=77", 400)]
    [InlineData("?entity_type=CASE&entity_id=00000000-0000-4000-8000-000000000000", 404)]
    public async Task A_list_needs_a_thing_that_is_known(string query, int status) =>
        await _org.RefusedAsync(HttpMethod.Get, Path + query, null, status);

    [Fact]
    public async Task Another_organisation_sees_and_removes_nothing()
    {
        var link = (await _org.PostAsync(Path, Link(_parent, _child), HttpStatusCode.Created)).Data().Id();
        var other = await fixture.NewOrgAsync();

        await other.RefusedAsync(HttpMethod.Delete, $"{Path}/{link}", null, 404);
        await other.RefusedAsync(HttpMethod.Get, $"{Path}?entity_type=CASE&entity_id={_parent}", null, 404);
        (await ListAsync(_parent)).Length.ShouldBe(1);
    }

    private async Task<string[]> ListAsync(string caseId) =>
        [.. (await _org.GetAsync($"{Path}?entity_type=CASE&entity_id={caseId}")).Data().EnumerateArray().Select(link => link.Id())];

    private static object Link(string parent, string child, string relationship = "PARENT_OF", string childType = "CASE") => new
    {
        data = new
        {
            type = "link",
            attributes = new
            {
                parent_entity_type = "CASE",
                parent_entity_id = parent,
                child_entity_type = childType,
                child_entity_id = child,
                relationship,
            },
        },
    };
}
