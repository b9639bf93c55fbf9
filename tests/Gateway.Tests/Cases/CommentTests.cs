using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class CommentTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _path = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _path = $"/api/v2/cases/{(await _org.NewCaseAsync(await _org.NewProjectAsync())).Id()}";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_comment_answers_with_a_list_of_its_one_cell()
    {
        var cell = await CommentAsync("Rebooted, \"watching\".");

        var attributes = cell.Attributes();
        attributes.Text("type").ShouldBe("COMMENT");
        attributes.GetProperty("cell_content").Text("message").ShouldBe("Rebooted, \"watching\".");
        JsonDocument.Parse(attributes.Text("content")!).RootElement.Text("message").ShouldBe("Rebooted, \"watching\".");
        var author = attributes.GetProperty("author");
        author.Text("type").ShouldBe("USER");
        author.GetProperty("content").Text("ID").ShouldBe(_org.UserId.ToString());
        author.GetProperty("content").Text("id").ShouldBe(_org.UserId.ToString());
        author.GetProperty("content").Text("name").ShouldBe("Ana");
        attributes.Has("modified_at").ShouldBeFalse();
        attributes.Has("deleted_at").ShouldBeFalse();
        (await _org.GetAsync(_path)).Data().Attributes().GetProperty("comment_count").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_comment_can_be_edited()
    {
        var cell = await CommentAsync("first");
        await _org.PutAsync($"{_path}/comment/{cell.Id()}", Documents.Case(new { comment = "second" }));

        var listed = (await ListAsync("filter[type]=COMMENT")).ShouldHaveSingleItem();
        listed.Attributes().GetProperty("cell_content").Text("message").ShouldBe("second");
        listed.Attributes().Has("modified_at").ShouldBeTrue();
    }

    [Fact]
    public async Task A_deleted_comment_leaves_the_list_and_cannot_be_deleted_or_edited_again()
    {
        var cell = await CommentAsync("oops");
        await _org.DeleteAsync($"{_path}/comment/{cell.Id()}");

        (await ListAsync("filter[type]=COMMENT")).ShouldBeEmpty();
        var error = await _org.RefusedAsync(HttpMethod.Delete, $"{_path}/comment/{cell.Id()}", null, 404);
        error.Text("title").ShouldBe("failed to get timeline cell: timeline cell not found");
        await _org.RefusedAsync(HttpMethod.Put, $"{_path}/comment/{cell.Id()}", Documents.Case(new { comment = "x" }), 404);
        (await _org.GetAsync(_path)).Data().Attributes().GetProperty("comment_count").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Only_the_author_and_administrators_may_touch_a_comment()
    {
        var (bo, cy) = (await _org.AsNewUserAsync(Roles.Standard), await _org.AsNewUserAsync(Roles.Standard, "Cy"));
        var cell = (await bo.PostAsync($"{_path}/comment", Documents.Case(new { comment = "Bo's" }))).Data()[0];
        var path = $"{_path}/comment/{cell.Id()}";

        await cy.RefusedAsync(HttpMethod.Put, path, Documents.Case(new { comment = "Cy's" }), 403);
        await cy.RefusedAsync(HttpMethod.Delete, path, null, 403);
        await bo.PutAsync(path, Documents.Case(new { comment = "Bo's own" }));
        await _org.PutAsync(path, Documents.Case(new { comment = "moderated" }));
        await _org.DeleteAsync(path);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_comment_needs_a_text(string? text) =>
        await _org.RefusedAsync(HttpMethod.Post, $"{_path}/comment", Documents.Case(new { comment = text }), 400);

    [Fact]
    public async Task The_timeline_shows_every_change_newest_first_in_pages()
    {
        await _org.PostAsync($"{_path}/priority", Documents.Case(new { priority = "P3" }));
        await _org.PostAsync($"{_path}/status", Documents.Case(new { status_name = "Closed" }));
        await CommentAsync("done");

        var kinds = (await ListAsync("")).Select(cell => cell.Attributes().Text("type")).ToList();
        kinds.ShouldBe(["COMMENT", "STATUS_CHANGED", "PRIORITY_CHANGED", "CASE_CREATED"]);
        (await ListAsync("sort[ascending]=true")).Select(cell => cell.Attributes().Text("type")).ShouldBe(Enumerable.Reverse(kinds));
        (await ListAsync("page[size]=3&page[number]=0")).Select(cell => cell.Attributes().Text("type")).ShouldBe(kinds.Take(3));
        (await ListAsync("page[size]=3&page[number]=1")).Select(cell => cell.Attributes().Text("type")).ShouldBe(kinds.Skip(3));
        (await ListAsync("page[size]=2&page[number]=2")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_organisation_cannot_reach_a_comment_by_its_id()
    {
        var cell = await CommentAsync("ours");
        var other = await fixture.NewOrgAsync();
        var theirs = await other.NewCaseAsync(await other.NewProjectAsync());

        await other.RefusedAsync(HttpMethod.Delete, $"{_path}/comment/{cell.Id()}", null, 404);
        await other.RefusedAsync(HttpMethod.Delete, $"/api/v2/cases/{theirs.Id()}/comment/{cell.Id()}", null, 404);
        (await ListAsync("filter[type]=COMMENT")).ShouldHaveSingleItem();
    }

    private async Task<JsonElement> CommentAsync(string text) =>
        (await _org.PostAsync($"{_path}/comment", Documents.Case(new { comment = text }))).Data().EnumerateArray().ShouldHaveSingleItem();

    private async Task<List<JsonElement>> ListAsync(string query) => [.. (await _org.GetAsync($"{_path}/timelines?{query}")).Data().EnumerateArray()];
}
