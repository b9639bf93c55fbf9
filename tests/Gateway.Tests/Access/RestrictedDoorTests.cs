using System.Net;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Tests.Cases;
using Switchboard.Gateway.Tests.CaseStreams;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Imports;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Access;

/// <summary>That nothing of a restricted project comes out by what carries many cases, or by what ties cases to each other.</summary>
public sealed class RestrictedDoorTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private readonly Guid _receipt = Guid.NewGuid();
    private RestrictedOrg _org = null!;

    private string Secret => _org.SecretCase.Id();

    private string Open => _org.OpenCase.Id();

    public async ValueTask InitializeAsync() => _org = await RestrictedOrg.CreateAsync(fixture);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("")]
    [InlineData("&include=timeline")]
    [InlineData("&filter=project:SEC OR project:NOC")]
    [InlineData("&format=csv")]
    public async Task An_export_holds_what_may_be_seen(string parameters)
    {
        var hidden = await TextAsync(_org.Stranger, $"/api/v2/cases/export?{parameters[Math.Min(1, parameters.Length)..]}");
        hidden.ShouldContain("Leaked pipe");
        ShouldTellNothing(hidden);
        (await TextAsync(_org.Viewer, $"/api/v2/cases/export?{parameters[Math.Min(1, parameters.Length)..]}")).ShouldContain("Leaked key");
    }

    [Fact]
    public async Task An_import_takes_only_lines_for_projects_that_the_caller_contributes_to()
    {
        string[] lines = [ImportClient.Line(_org.Secret, "into the dark"), ImportClient.Line(_org.Open, "into the open")];

        var strangers = await _org.Stranger.ImportAsync(Guid.NewGuid(), lines);
        strangers.Select(static one => one.Text("status")).ShouldBe(["refused", "done"]);
        strangers[0].Text("title").ShouldBe("project not found");
        var viewers = await _org.Viewer.ImportAsync(Guid.NewGuid(), lines);
        viewers[0].Text("detail")!.ShouldContain("contributor");
        (await _org.Contributor.ImportAsync(Guid.NewGuid(), lines)).Select(static one => one.Text("status")).ShouldBe(["done", "done"]);
    }

    [Fact]
    public async Task A_line_of_anothers_import_is_known_without_the_key_of_its_case()
    {
        var theirs = (await _org.Contributor.ImportAsync(_receipt, [ImportClient.Line(_org.Secret, "into the dark")])).Single();
        theirs.Text("key")!.ShouldStartWith("SEC-");

        var again = (await _org.Stranger.ImportAsync(_receipt, [ImportClient.Line(_org.Open, "into the open")])).Single();
        (again.Text("status"), again.Has("key")).ShouldBe(("known", false));
        (await _org.Viewer.ImportAsync(_receipt, [ImportClient.Line(_org.Open, "into the open")])).Single().Text("key").ShouldBe(theirs.Text("key"));
    }

    [Fact]
    public async Task A_hidden_duplicate_does_not_show_on_the_case_that_it_went_into()
    {
        await using var stranger = await EventClient.FollowAsync(_org.Stranger);
        await using var viewer = await EventClient.FollowAsync(_org.Viewer);
        await _org.Contributor.PostAsync($"/api/v2/cases/{Secret}/comment", Documents.Case(new { comment = "The leaked key is xyzzy." }));
        await MergeAsync(Secret, Open);
        await HistoryTests.DeliverAsync(_org.Manager);
        await _org.Contributor.PostAsync($"/api/v2/cases/{Open}/priority", Documents.Case(new { priority = "P3" }));
        string[] doors =
        [
            $"/api/v2/cases/{Open}", "/api/v2/cases/NOC-1?redirect=false", "/api/v2/cases", "/api/v2/cases?filter=merge_status:*", $"/api/v2/cases/{Open}/timelines?page[size]=100",
            $"/api/v2/cases/{Open}/timelines?page[size]=100&sort[ascending]=true&redirect=false", $"/api/v2/cases/{Open}/history?page[size]=100", "/api/v2/cases/export?include=timeline",
        ];
        foreach (var door in doors)
        {
            ShouldTellNothing(await TextAsync(_org.Stranger, door));
        }

        (await TextAsync(_org.Viewer, doors[0])).ShouldContain("SEC-1");
        (await TextAsync(_org.Viewer, doors[2])).ShouldContain("SEC-1");
        (await TextAsync(_org.Viewer, doors[4])).ShouldContain("xyzzy");
        (await TextAsync(_org.Viewer, doors[6])).ShouldContain("SEC-1");
        (await TextAsync(_org.Viewer, doors[7])).ShouldContain("SEC-1");
        await _org.Stranger.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{Secret}", null, 404);
        await _org.Stranger.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{Secret}/timelines", null, 404);
        await _org.Stranger.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{Secret}/unmerge", Documents.EmptyCase, 404);

        JsonElement told;
        do
        {
            told = await stranger.ChangeAsync();
            ShouldTellNothing(told.GetRawText());
            if (told.Text("type") == "case.absorbed")
            {
                told.GetRawText().ShouldNotContain(Secret);
            }
        }
        while (told.Text("type") != "case.priority_changed");

        (await UntilAsync(viewer, "case.absorbed")).GetRawText().ShouldContain(Secret);
    }

    [Fact]
    public async Task A_case_that_went_into_a_hidden_one_does_not_lead_there_or_name_it()
    {
        await using var stranger = await EventClient.FollowAsync(_org.Stranger);
        await using var viewer = await EventClient.FollowAsync(_org.Viewer);
        await MergeAsync(Open, Secret);
        (await UntilAsync(stranger, "case.merged")).GetRawText().ShouldNotContain(Secret);
        var seen = await UntilAsync(viewer, "case.merged");
        seen.GetProperty("changes")[0].Text("new").ShouldBe(Secret);
        seen.GetProperty("data").Related("merged_into").ShouldBe(Secret);
        await HistoryTests.DeliverAsync(_org.Manager);
        foreach (var door in new[] { "", "?redirect=false", "/timelines?page[size]=100", "/timelines?page[size]=100&redirect=false", "/history?page[size]=100" })
        {
            ShouldTellNothing(await TextAsync(_org.Stranger, $"/api/v2/cases/{Open}{door}"));
        }

        (await _org.Stranger.GetAsync($"/api/v2/cases/{Open}")).Data().GetProperty("relationships").Has("merged_into").ShouldBeFalse();
        (await _org.Viewer.GetAsync($"/api/v2/cases/{Open}")).Data().Id().ShouldBe(Secret);
        ShouldTellNothing((await _org.Stranger.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{Open}/title", Documents.Case(new { title = "x" }), 400)).GetRawText());
        await _org.Stranger.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{Open}/unmerge", Documents.EmptyCase, 404);
        var third = (await _org.Stranger.NewCaseAsync(_org.Open, "third")).Id();
        ShouldTellNothing((await _org.Stranger.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{third}/merge", Into(Open), 400)).GetRawText());
    }

    [Fact]
    public async Task A_link_to_a_hidden_case_does_not_name_it()
    {
        await using var stranger = await EventClient.FollowAsync(_org.Stranger);
        await using var viewer = await EventClient.FollowAsync(_org.Viewer);
        object ends = new { parent_entity_type = "CASE", parent_entity_id = Open, child_entity_type = "CASE", child_entity_id = Secret, relationship = CaseLinkNames.RelatesTo };
        var made = (await _org.Contributor.PostAsync("/api/v2/cases/link", new { data = new { type = "link", attributes = ends } }, HttpStatusCode.Created)).Data().Id();
        await _org.Contributor.DeleteAsync($"/api/v2/cases/link/{made}");
        foreach (var (type, value) in new[] { ("case.link_added", "new"), ("case.link_removed", "old") })
        {
            var told = await UntilAsync(stranger, type);
            told.GetRawText().ShouldNotContain(Secret);
            var change = told.GetProperty("changes")[0];
            change.Text("field").ShouldBe("link");
            var veiled = change.GetProperty(value);
            (veiled.Text("link_id"), veiled.Text("relationship")).ShouldBe((made, CaseLinkNames.RelatesTo));
            (veiled.GetProperty("parent").Text("id"), veiled.GetProperty("child").Text("type")).ShouldBe((Open, "CASE"));
            veiled.GetProperty("child").GetProperty("id").ValueKind.ShouldBe(JsonValueKind.Null);
            (await UntilAsync(viewer, type)).GetProperty("changes")[0].GetProperty(value).GetProperty("child").Text("id").ShouldBe(Secret);
        }

        await HistoryTests.DeliverAsync(_org.Manager);
        foreach (var door in new[] { $"/api/v2/cases/{Open}/timelines?page[size]=100", $"/api/v2/cases/{Open}/history?page[size]=100", "/api/v2/cases/export?include=timeline" })
        {
            (await TextAsync(_org.Stranger, door)).ShouldNotContain(Secret, Case.Insensitive, door);
            (await TextAsync(_org.Viewer, door)).ShouldContain(Secret, Case.Insensitive, door);
        }
    }

    [Fact]
    public async Task A_merge_takes_a_contributor_of_both_projects()
    {
        foreach (var (from, into) in new[] { (Open, Secret), (Secret, Open) })
        {
            await _org.Stranger.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{from}/merge", Into(into), 404);
            await _org.Viewer.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{from}/merge", Into(into), 403);
        }

        await MergeAsync(Open, Secret);
        await _org.Viewer.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{Open}/unmerge", Documents.EmptyCase, 403);
    }

    private static async Task<JsonElement> UntilAsync(EventClient client, string type)
    {
        while (true)
        {
            var told = await client.ChangeAsync();
            if (told.Text("type") == type)
            {
                return told;
            }
        }
    }

    private static object Into(string id) => new { data = new { type = "case", attributes = new { into_id = id } } };

    private Task MergeAsync(string from, string into) => _org.Contributor.PostAsync($"/api/v2/cases/{from}/merge", Into(into));

    // None of them can be part of an id or a time.
    private static void ShouldTellNothing(string text)
    {
        foreach (var secret in new[] { "SEC", "Leaked key", "xyzzy" })
        {
            text.ShouldNotContain(secret, Case.Sensitive);
        }
    }

    private static async Task<string> TextAsync(RunningOrg caller, string path)
    {
        if (path.Contains("format=csv", StringComparison.Ordinal))
        {
            return await CsvAsync(caller, path);
        }

        using var answer = await caller.SendRawAsync(HttpMethod.Get, path, null);
        var text = await answer.TextAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {text}");
        return text;
    }

    private static async Task<string> CsvAsync(RunningOrg caller, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("DD-API-KEY", caller.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", caller.ApplicationKey);
        using var answer = await caller.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        return await answer.TextAsync();
    }
}
