using System.Net;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Cases;

/// <summary>Due date, resolved reason, insights and watchers over the wire.</summary>
public sealed class DetailTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private static readonly object Monitor = new { type = "MONITOR", @ref = "/monitors/1", resource_id = "1" };

    private RunningOrg _org = null!;
    private string _project = null!;
    private string _path = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
        _path = $"/api/v2/cases/{(await _org.NewCaseAsync(_project)).Id()}";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_due_date_is_shown_while_there_is_one()
    {
        var due = (await _org.PostAsync($"{_path}/due_date", Documents.Case(new { due_date = "2026-03-31" }))).Data();
        due.Attributes().Text("due_date").ShouldBe("2026-03-31");
        (await _org.GetAsync(_path)).Data().Attributes().Text("due_date").ShouldBe("2026-03-31");

        var cleared = (await _org.PostAsync($"{_path}/due_date", """{"data":{"type":"case","attributes":{"due_date":null}}}""")).Data();
        cleared.Attributes().Has("due_date").ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"due_date":"31.03.2026"}""")]
    [InlineData("""{"due_date":"2026-02-30"}""")]
    [InlineData("""{"due_date":20260331}""")]
    public async Task What_is_no_day_is_refused(string attributes) => await _org.RefusedAsync(
        HttpMethod.Post, $"{_path}/due_date", "{\"data\":{\"type\":\"case\",\"attributes\":" + attributes + "}}", 400);

    [Fact]
    public async Task A_security_case_says_why_it_was_resolved()
    {
        var security = await _org.NewCaseAsync(_project, more: new { type_id = "00000000-0000-0000-0000-000000000003" });
        var resolved = await _org.PostAsync(
            $"/api/v2/cases/{security.Id()}/resolved_reason", Documents.Case(new { security_resolved_reason = "FALSE_POSITIVE" }));
        resolved.Data().Attributes().Text("security_resolved_reason").ShouldBe("FALSE_POSITIVE");

        var refused = await _org.RefusedAsync(
            HttpMethod.Post, $"{_path}/resolved_reason", Documents.Case(new { security_resolved_reason = "FALSE_POSITIVE" }), 400);
        refused.Text("detail").ShouldBe("only a security case has a resolved reason");
    }

    [Fact]
    public async Task Insights_are_added_once_and_removed_by_a_delete_with_a_body()
    {
        var body = Documents.Case(new { insights = new[] { Monitor, Monitor } });
        await _org.PutAsync($"{_path}/insights", body);
        await _org.PutAsync($"{_path}/insights", body);
        var insights = (await _org.GetAsync(_path)).Data().Attributes().GetProperty("insights");
        insights.GetArrayLength().ShouldBe(1);
        insights[0].Text("resource_id").ShouldBe("1");

        using var removed = await _org.SendRawAsync(HttpMethod.Delete, $"{_path}/insights", body);
        removed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await removed.JsonAsync()).Data().Attributes().GetProperty("insights").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""[{"type":"MONITOR","ref":"/m"}]""")]
    [InlineData("""[{"type":"RUMOUR","ref":"/m","resource_id":"1"}]""")]
    [InlineData("""[{"type":"MONITOR","ref":7,"resource_id":"1"}]""")]
    [InlineData("""["MONITOR"]""")]
    [InlineData("""{"type":"MONITOR"}""")]
    public async Task Malformed_insights_are_refused(string insights) => await _org.RefusedAsync(
        HttpMethod.Put, $"{_path}/insights", "{\"data\":{\"type\":\"case\",\"attributes\":{\"insights\":" + insights + "}}}", 400);

    [Fact]
    public async Task Watchers_come_and_go()
    {
        var other = await _org.AsNewUserAsync(Roles.Standard);
        using var watched = await _org.SendRawAsync(HttpMethod.Post, $"{_path}/watchers/{other.UserId}", null);
        watched.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var again = await _org.SendRawAsync(HttpMethod.Post, $"{_path}/watchers/{other.UserId}", null);
        again.StatusCode.ShouldBe(HttpStatusCode.Created);

        (await WatchersAsync()).ShouldBe([_org.UserId.ToString(), other.UserId.ToString()]);
        await _org.DeleteAsync($"{_path}/watchers/{other.UserId}");
        await _org.DeleteAsync($"{_path}/watchers/{other.UserId}");
        (await WatchersAsync()).ShouldBe([_org.UserId.ToString()]);
    }

    [Fact]
    public async Task A_reader_may_watch_but_not_make_others_watch()
    {
        var reader = await _org.AsNewUserAsync(Roles.ReadOnly);
        using var watched = await reader.SendRawAsync(HttpMethod.Post, $"{_path}/watchers/{reader.UserId}", null);
        watched.StatusCode.ShouldBe(HttpStatusCode.Created);

        await reader.RefusedAsync(HttpMethod.Delete, $"{_path}/watchers/{_org.UserId}", null, 403);
    }

    [Fact]
    public async Task An_unknown_watcher_or_case_is_not_found()
    {
        var unknown = Guid.NewGuid();
        (await _org.RefusedAsync(HttpMethod.Post, $"{_path}/watchers/{unknown}", null, 404)).Text("title").ShouldBe("user not found");
        await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{unknown}/watchers", null, 404);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{unknown}/watchers/{_org.UserId}", null, 404);
    }

    private async Task<string[]> WatchersAsync() =>
        [.. (await _org.GetAsync($"{_path}/watchers")).Data().EnumerateArray().Select(watcher => watcher.Related("user")!)];
}
