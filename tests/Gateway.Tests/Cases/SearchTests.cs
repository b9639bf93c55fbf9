using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class SearchTests(RunningGatewayFixture fixture) : IAsyncLifetime
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
    public async Task A_case_that_was_just_written_is_found()
    {
        var opened = await _org.NewCaseAsync(_project, "Mainframe on fire", new { attributes = new { team = new[] { "noc" } } });

        foreach (var query in (string[])["mainframe", "\"on fire\"", "team:noc", "status:open", "key:NOC-1", "created_by:@me", $"project_id:{_project}", "project:NOC"])
        {
            var page = await SearchAsync(query);
            page.Data().EnumerateArray().ShouldHaveSingleItem(query).Id().ShouldBe(opened.Id());
        }

        await _org.PostAsync($"/api/v2/cases/{opened.Id()}/status", Documents.Case(new { status_name = "Closed" }));
        (await SearchAsync("status:open")).Data().GetArrayLength().ShouldBe(0);
        (await SearchAsync("status:closed")).Data().GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_result_names_its_creator_but_not_its_last_changer()
    {
        var opened = await _org.NewCaseAsync(_project);
        await _org.PostAsync($"/api/v2/cases/{opened.Id()}/title", Documents.Case(new { title = "Changed" }));
        var page = await SearchAsync("");

        var found = page.Data()[0];
        found.Attributes().GetProperty("created_by_author").GetProperty("content").Text("name").ShouldBe("Ana");
        found.Attributes().Has("modified_at").ShouldBeTrue();
        found.Related("modified_by").ShouldBeNull();
        page.GetProperty("included").EnumerateArray().ShouldHaveSingleItem().Id().ShouldBe(_org.UserId.ToString());
    }

    [Fact]
    public async Task Pages_count_from_one_and_zero_is_the_first()
    {
        for (var number = 1; number <= 4; number++)
        {
            await _org.NewCaseAsync(_project, $"Case {number}");
        }

        foreach (var first in (string[])["", "&page[number]=0", "&page[number]=1"])
        {
            var page = await _org.GetAsync($"/api/v2/cases?page[size]=2{first}");
            KeysOf(page).ShouldBe(["NOC-4", "NOC-3"]);
            page.GetProperty("meta").GetRawText().ShouldBe("""{"page":{"current":1,"size":2,"total":2},"total_cases":4}""");
        }

        KeysOf(await _org.GetAsync("/api/v2/cases?page[size]=2&page[number]=2")).ShouldBe(["NOC-2", "NOC-1"]);
        var beyond = await _org.GetAsync("/api/v2/cases?page[size]=2&page[number]=3");
        beyond.GetProperty("meta").GetRawText().ShouldBe("""{"page":{"current":3,"size":0,"total":2},"total_cases":4}""");
        KeysOf(await _org.GetAsync("/api/v2/cases?sort[field]=created_at&sort[asc]=true&page[size]=100")).ShouldBe(["NOC-1", "NOC-2", "NOC-3", "NOC-4"]);
    }

    [Fact]
    public async Task An_empty_result_has_an_empty_list_and_no_pages()
    {
        var page = await SearchAsync("nothing");

        page.Data().GetArrayLength().ShouldBe(0);
        page.GetProperty("included").GetArrayLength().ShouldBe(0);
        page.GetProperty("meta").GetRawText().ShouldBe("""{"page":{"current":1,"size":0,"total":0},"total_cases":0}""");
    }

    [Fact]
    public async Task Archived_cases_are_shown_only_on_request()
    {
        var opened = await _org.NewCaseAsync(_project);
        await _org.PostAsync($"/api/v2/cases/{opened.Id()}/archive", Documents.EmptyCase);

        (await SearchAsync("")).Data().GetArrayLength().ShouldBe(0);
        (await SearchAsync("is_archived:true")).Data().GetArrayLength().ShouldBe(1);
        await _org.GetAsync($"/api/v2/cases/{opened.Id()}");
    }

    [Theory]
    [InlineData("'; drop table \"case\"; --")]
    [InlineData("\" or 1=1 --")]
    [InlineData("title:%' or '1'='1")]
    [InlineData("team:$1::text")]
    [InlineData("\\' \\\" \\\\")]
    [InlineData("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((")]
    [InlineData("& | ! <-> :* ()")]
    [InlineData("created_at:[* TO '2026']")]
    [InlineData("@@ || pg_sleep(10)")]
    public async Task A_query_is_never_more_than_a_query(string query)
    {
        await _org.NewCaseAsync(_project);
        using var response = await _org.SendRawAsync(HttpMethod.Get, $"/api/v2/cases?filter={Uri.EscapeDataString(query)}", null);

        ((int)response.StatusCode).ShouldBeOneOf([200, 400], query);
        (await SearchAsync("")).Data().GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_of_another_organisation_is_found()
    {
        await _org.NewCaseAsync(_project, "secret");
        var other = await fixture.NewOrgAsync();

        foreach (var query in (string[])["", "secret", "status:open OR status:closed", $"project_id:{_project}", "key:NOC-1"])
        {
            var page = await other.GetAsync($"/api/v2/cases?filter={Uri.EscapeDataString(query)}");
            page.Data().GetArrayLength().ShouldBe(0, query);
            page.GetProperty("meta").GetProperty("total_cases").GetInt32().ShouldBe(0, query);
        }
    }

    private static IEnumerable<string?> KeysOf(JsonElement page) => page.Data().EnumerateArray().Select(found => found.Attributes().Text("key"));

    private Task<JsonElement> SearchAsync(string query) => _org.GetAsync($"/api/v2/cases?filter={Uri.EscapeDataString(query)}");
}
