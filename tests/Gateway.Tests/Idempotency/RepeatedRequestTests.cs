using System.Net;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Testing.Postgres;

namespace Switchboard.Gateway.Tests.Idempotency;

public sealed class RepeatedRequestTests(RunningGatewayFixture fixture) : IAsyncLifetime
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
    public async Task Fifty_parallel_posts_with_one_key_open_one_case_and_get_fifty_equal_answers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => OpenAsync("one-key")));

        var bodies = await Task.WhenAll(answers.Select(answer => answer.TextAsync()));
        bodies.Distinct().ShouldHaveSingleItem();
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        answers.Count(answer => answer.Header("Idempotent-Replayed") is null).ShouldBe(1);
        (await CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_later_repetition_gets_the_first_answer_though_the_case_has_changed()
    {
        using var first = await OpenAsync("later");
        var opened = (await first.JsonAsync()).Data();
        await _org.PostAsync($"/api/v2/cases/{opened.Id()}/title", Documents.Case(new { title = "Changed" }));
        using var again = await OpenAsync("later");

        again.Header("Idempotent-Replayed").ShouldBe("true");
        (await again.TextAsync()).ShouldBe(await first.TextAsync());
        (await CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Another_body_under_the_key_is_refused()
    {
        using (await OpenAsync("other-body"))
        {
        }

        using var other = await OpenAsync("other-body", "Another title");
        (await other.ErrorAsync(422)).Text("detail")!.ShouldContain("another request body");
        (await CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_in_another_organisation_or_on_another_path_is_another_request()
    {
        using var first = await OpenAsync("shared");
        var opened = (await first.JsonAsync()).Data();
        using var comment = await _org.SendRawAsync(
            HttpMethod.Post, $"/api/v2/cases/{opened.Id()}/comment", Documents.Case(new { comment = "hi" }), "shared");
        comment.StatusCode.ShouldBe(HttpStatusCode.OK);
        comment.Header("Idempotent-Replayed").ShouldBeNull();

        var other = await fixture.NewOrgAsync();
        var theirs = await other.SendRawAsync(
            HttpMethod.Post, "/api/v2/cases", Documents.NewCase(await other.NewProjectAsync(), "Once"), "shared");
        theirs.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await theirs.JsonAsync()).Data().Id().ShouldNotBe(opened.Id());
    }

    [Fact]
    public async Task Repeated_comments_changes_projects_and_users_happen_once()
    {
        var opened = await _org.NewCaseAsync(_project);
        await TwiceAsync($"/api/v2/cases/{opened.Id()}/comment", Documents.Case(new { comment = "once" }));
        await TwiceAsync($"/api/v2/cases/{opened.Id()}/priority", Documents.Case(new { priority = "P1" }));
        await TwiceAsync("/api/v2/cases/projects", Documents.Project(new { key = "TWICE", name = "Twice" }));
        await TwiceAsync("/api/v2/users", new { data = new { type = "users", attributes = new { email = "twice@example.test" } } });

        var timeline = await _org.GetAsync($"/api/v2/cases/{opened.Id()}/timelines");
        timeline.Data().EnumerateArray().Select(cell => cell.Attributes().Text("type")).ShouldBe(["PRIORITY_CHANGED", "COMMENT", "CASE_CREATED"]);
    }

    [Fact]
    public async Task A_refusal_is_not_kept()
    {
        using (var refused = await _org.SendRawAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(Guid.NewGuid().ToString(), "T"), "refused"))
        {
            await refused.ErrorAsync(404);
        }

        using var corrected = await OpenAsync("refused");
        corrected.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_repetition_after_a_restart_gets_the_first_answer()
    {
        await using var database = await TestDatabase.CreateAsync();
        string first;
        RunningOrg org;
        object body;
        await using (var before = await RunningGatewayFixture.StartAsync(database.ConnectionString))
        {
            org = await before.NewOrgAsync();
            body = Documents.NewCase(await org.NewProjectAsync(), "Once");
            using var answer = await org.SendRawAsync(HttpMethod.Post, "/api/v2/cases", body, "restart");
            first = await answer.TextAsync();
        }

        await using var after = await RunningGatewayFixture.StartAsync(database.ConnectionString);
        using var again = await new RunningOrg(after, org.Id, org.UserId, org.ApiKey, org.ApplicationKey)
            .SendRawAsync(HttpMethod.Post, "/api/v2/cases", body, "restart");

        again.Header("Idempotent-Replayed").ShouldBe("true");
        (await again.TextAsync()).ShouldBe(first);
    }

    private Task<HttpResponseMessage> OpenAsync(string key, string title = "Once") =>
        _org.SendRawAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_project, title), key);

    private async Task TwiceAsync(string path, object body)
    {
        using var first = await _org.SendRawAsync(HttpMethod.Post, path, body, "twice");
        using var second = await _org.SendRawAsync(HttpMethod.Post, path, body, "twice");

        first.IsSuccessStatusCode.ShouldBeTrue(await first.TextAsync());
        first.Header("Idempotent-Replayed").ShouldBeNull(path);
        second.Header("Idempotent-Replayed").ShouldBe("true", path);
        (await second.TextAsync()).ShouldBe(await first.TextAsync());
    }

    private async Task<int> CountAsync() => (await _org.GetAsync("/api/v2/cases")).GetProperty("meta").GetProperty("total_cases").GetInt32();
}
