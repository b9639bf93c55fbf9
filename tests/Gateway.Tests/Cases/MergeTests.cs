using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class MergeTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _project = null!;
    private string _case = null!;
    private string _duplicate = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
        (_case, _duplicate) = (await OpenAsync("original"), await OpenAsync("duplicate"));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_merged_case_is_closed_as_a_duplicate_leads_to_the_other_and_is_left_out_of_searches()
    {
        var into = await MergeAsync(_duplicate, _case);

        into.Id().ShouldBe(_case);
        into.Attributes().Text("merge_status").ShouldBe("PARENT");
        into.Attributes().GetProperty("merged_cases")[0].Text("id").ShouldBe(_duplicate);
        (await _org.GetAsync($"/api/v2/cases/{_duplicate}")).Data().Id().ShouldBe(_case);
        (await _org.GetAsync("/api/v2/cases/NOC-2")).Data().Id().ShouldBe(_case);

        var itself = (await _org.GetAsync($"/api/v2/cases/{_duplicate}?redirect=false")).Data();
        itself.Id().ShouldBe(_duplicate);
        itself.Attributes().Text("merge_status").ShouldBe("MERGED");
        itself.Attributes().Text("status_group").ShouldBe("SG_CLOSED");
        itself.Attributes().Text("closed_reason").ShouldBe("DUPLICATE");
        itself.Related("merged_into").ShouldBe(_case);

        (await FindAsync("")).ShouldBe([_case]);
        (await FindAsync("merge_status:MERGED")).ShouldBe([_duplicate]);
        (await FindAsync("merge_status:PARENT")).ShouldBe([_case]);
        (await FindAsync("-merge_status:MERGED")).ShouldBe([_case]);
        (await FindAsync("merge_status:NOT_MERGED")).ShouldBeEmpty();
        (await FindAsync("merge_status:*")).ShouldBe([_case, _duplicate], ignoreOrder: true);
    }

    [Fact]
    public async Task A_redirect_names_the_path_and_keeps_the_query()
    {
        await MergeAsync(_duplicate, _case);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = _org.Gateway.Client.BaseAddress };
        foreach (var (path, location) in new[] { ("", ""), ("/timelines?page[size]=3", "/timelines?page[size]=3") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2/cases/{_duplicate}{path}");
            request.Headers.Add("DD-API-KEY", _org.ApiKey);
            request.Headers.Add("DD-APPLICATION-KEY", _org.ApplicationKey);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

            response.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
            Uri.UnescapeDataString(response.Headers.Location!.OriginalString).ShouldBe($"/api/v2/cases/{_case}{location}");
        }
    }

    [Fact]
    public async Task Timelines_watchers_insights_and_links_are_joined_and_separated_again()
    {
        var (third, watcher) = (await OpenAsync("third"), await _org.Gateway.NewUserAsync(_org.Id, $"{Guid.NewGuid():N}@example.test", "Bo", Switchboard.Orgs.Roles.ReadOnly));
        await CommentAsync(_case, "one");
        await CommentAsync(_duplicate, "two");
        await CommentAsync(_case, "three");
        using var watched = await _org.SendRawAsync(HttpMethod.Post, $"/api/v2/cases/{_duplicate}/watchers/{watcher}", null);
        var insights = new[] { new { type = "MONITOR", @ref = "/monitors/1", resource_id = "1" } };
        using var added = await _org.SendRawAsync(HttpMethod.Put, $"/api/v2/cases/{_duplicate}/insights", Documents.Case(new { insights }));
        await LinkAsync("BLOCKS", _duplicate, third);

        await MergeAsync(_duplicate, _case);

        (await MessagesAsync(_case)).ShouldBe(["one", "two", "three"]);
        (await MessagesAsync(_duplicate)).ShouldBe(["one", "two", "three"]);
        (await WatchersAsync()).ShouldBe([_org.UserId.ToString(), watcher.ToString()]);
        (await InsightsAsync()).ShouldBe(1);
        (await LinksAsync()).ShouldBe(["BLOCKS", "DUPLICATES"], ignoreOrder: true);

        await UnmergeAsync(_duplicate);

        (await MessagesAsync(_case)).ShouldBe(["one", "three"]);
        (await MessagesAsync(_duplicate)).ShouldBe(["two"]);
        (await WatchersAsync()).ShouldBe([_org.UserId.ToString()]);
        (await InsightsAsync()).ShouldBe(0);
        (await LinksAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_undone_merge_leaves_both_cases_as_they_were()
    {
        await _org.PostAsync($"/api/v2/cases/{_duplicate}/status", Documents.Case(new { status = "IN_PROGRESS" }));
        var (before, other) = (await StateAsync(_duplicate), await StateAsync(_case));
        await MergeAsync(_duplicate, _case);

        (await UnmergeAsync(_duplicate)).Id().ShouldBe(_duplicate);

        (await StateAsync(_duplicate)).ShouldBe(before);
        (await StateAsync(_case)).ShouldBe(other);
        (await FindAsync("")).ShouldBe([_case, _duplicate], ignoreOrder: true);
        await _org.PostAsync($"/api/v2/cases/{_duplicate}/title", Documents.Case(new { title = "free again" }));
    }

    [Fact]
    public async Task A_case_that_was_closed_and_archived_before_is_so_after_the_undoing_too()
    {
        await _org.PostAsync($"/api/v2/cases/{_duplicate}/status", Documents.Case(new { status = "CLOSED", closed_reason = "WONT_DO" }));
        await _org.PostAsync($"/api/v2/cases/{_duplicate}/archive", Documents.EmptyCase);
        var before = await StateAsync(_duplicate);
        await MergeAsync(_duplicate, _case);
        await UnmergeAsync(_duplicate);

        (await StateAsync(_duplicate)).ShouldBe(before);
    }

    [Fact]
    public async Task Merges_form_chains_and_leave_them_one_by_one()
    {
        var third = await OpenAsync("third");
        await CommentAsync(third, "deep");
        await MergeAsync(third, _duplicate);
        await MergeAsync(_duplicate, _case);

        (await _org.GetAsync($"/api/v2/cases/{third}")).Data().Id().ShouldBe(_case);
        (await MessagesAsync(_case)).ShouldBe(["deep"]);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/merge", Into(third), 400);
        await UnmergeAsync(_duplicate);
        (await _org.GetAsync($"/api/v2/cases/{third}")).Data().Id().ShouldBe(_duplicate);
        (await MessagesAsync(_case)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_merged_case_cannot_be_changed_and_the_refusal_says_which_one_can()
    {
        await MergeAsync(_duplicate, _case);
        foreach (var (path, body) in new (string, object)[]
        {
            ("title", Documents.Case(new { title = "x" })), ("comment", Documents.Case(new { comment = "x" })), ("unarchive", Documents.EmptyCase),
            ("status", Documents.Case(new { status = "OPEN" })), ("tasks", new { data = new { type = "case_task", attributes = new { title = "x" } } }),
        })
        {
            (await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_duplicate}/{path}", body, 400)).Text("detail")!.ShouldContain($"was merged into case {_case}");
        }

        (await MergeAsync(_duplicate, _case)).Attributes().GetProperty("merged_cases").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_merged_is_refused()
    {
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/merge", Into(_case), 400);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/merge", Into(Guid.NewGuid().ToString()), 404);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{Guid.NewGuid()}/merge", Into(_case), 404);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/merge", Into("NOC-2"), 400);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/unmerge", Documents.EmptyCase, 400);
        var stranger = await fixture.NewOrgAsync();
        var theirs = (await stranger.NewCaseAsync(await stranger.NewProjectAsync())).Id();
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/merge", Into(theirs), 404);
        await stranger.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/merge", Into(theirs), 404);
        await LinkAsync("DUPLICATES", _case, _duplicate);
        (await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{_duplicate}/merge", Into(_case), 400)).Text("detail")!.ShouldContain("the other way round");
    }

    [Fact]
    public async Task A_merged_case_outlives_the_project_of_the_other_and_can_be_separated_still()
    {
        var elsewhere = await _org.NewProjectAsync("SEC");
        var other = (await _org.NewCaseAsync(elsewhere)).Id();
        await MergeAsync(_duplicate, other);
        await _org.DeleteAsync($"/api/v2/cases/projects/{elsewhere}");

        (await _org.GetAsync($"/api/v2/cases/{_duplicate}")).Data().Id().ShouldBe(_duplicate);
        (await UnmergeAsync(_duplicate)).Attributes().Text("merge_status").ShouldBe("NOT_MERGED");
    }

    [Fact]
    public async Task Two_cases_that_are_merged_into_each_other_at_once_end_as_one()
    {
        var merges = await Task.WhenAll(
            _org.SendRawAsync(HttpMethod.Post, $"/api/v2/cases/{_case}/merge", Into(_duplicate)),
            _org.SendRawAsync(HttpMethod.Post, $"/api/v2/cases/{_duplicate}/merge", Into(_case)));

        merges.Count(response => response.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        (await FindAsync("")).Length.ShouldBe(1);
        (await FindAsync("merge_status:MERGED")).Length.ShouldBe(1);
    }

    private async Task<string> OpenAsync(string title) => (await _org.NewCaseAsync(_project, title)).Id();

    private async Task<JsonElement> MergeAsync(string id, string into) => (await _org.PostAsync($"/api/v2/cases/{id}/merge", Into(into))).Data();

    private async Task<JsonElement> UnmergeAsync(string id) => (await _org.PostAsync($"/api/v2/cases/{id}/unmerge", Documents.EmptyCase)).Data();

    private Task CommentAsync(string id, string comment) => _org.PostAsync($"/api/v2/cases/{id}/comment", Documents.Case(new { comment }));

    private async Task LinkAsync(string relationship, string parent, string child)
    {
        var attributes = new { relationship, parent_entity_type = "CASE", parent_entity_id = parent, child_entity_type = "CASE", child_entity_id = child };
        await _org.PostAsync("/api/v2/cases/link", new { data = new { type = "link", attributes } }, HttpStatusCode.Created);
    }

    private async Task<string[]> FindAsync(string filter) =>
        [.. (await _org.GetAsync($"/api/v2/cases?filter={filter}")).Data().EnumerateArray().Select(found => found.Id())];

    private async Task<string?[]> MessagesAsync(string id) =>
    [
        .. (await _org.GetAsync($"/api/v2/cases/{id}/timelines?filter[type]=COMMENT&sort[ascending]=true")).Data().EnumerateArray()
            .Select(cell => cell.Attributes().GetProperty("cell_content").Text("message")),
    ];

    private async Task<string[]> WatchersAsync() =>
        [.. (await _org.GetAsync($"/api/v2/cases/{_case}/watchers")).Data().EnumerateArray().Select(watcher => watcher.Id())];

    private async Task<int> InsightsAsync() =>
        (await _org.GetAsync($"/api/v2/cases/{_case}")).Data().Attributes().GetProperty("insights").GetArrayLength();

    private async Task<string?[]> LinksAsync() =>
    [
        .. (await _org.GetAsync($"/api/v2/cases/link?entity_type=CASE&entity_id={_case}")).Data().EnumerateArray()
            .Select(link => link.Attributes().Text("relationship")),
    ];

    /// <summary>The case but for what every change sets.</summary>
    private async Task<string> StateAsync(string id) => string.Join('\n', (await _org.GetAsync($"/api/v2/cases/{id}?redirect=false")).Data().Attributes()
        .EnumerateObject().Where(member => member.Name != "modified_at").Select(member => $"{member.Name}: {member.Value}"));

    private static object Into(string id) => Documents.Case(new { into_id = id });
}
