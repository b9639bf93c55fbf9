using System.Text.Json;
using Switchboard.Gateway.Exports;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Imports;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Exports;

/// <summary>On the shared gateway and PostgreSQL, in an organisation of each test's own.</summary>
public sealed class ExportTests(RunningGatewayFixture fixture) : IAsyncLifetime
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
    public async Task All_cases_of_a_query_come_once_newest_first_over_many_parts()
    {
        await _org.ImportAsync(Guid.NewGuid(), Enumerable.Range(1, 1_100).Select(n => ImportClient.Line(_project, $"case {n}", new { priority = n % 2 == 0 ? "P1" : "P2" })));

        var all = await LinesAsync("");
        var some = await LinesAsync("?filter=priority:P1");

        all.Select(one => one.Attributes().Text("title")).Order().ShouldBe(Enumerable.Range(1, 1_100).Select(n => $"case {n}").Order());
        all.Select(one => one.Attributes().GetProperty("created_at").GetDateTimeOffset()).ShouldBeInOrder(SortDirection.Descending);
        some.Count.ShouldBe(550);
    }

    [Fact]
    public async Task Every_case_has_the_same_members()
    {
        await _org.NewCaseAsync(_project, "bare");
        var full = await _org.NewCaseAsync(_project, "full", new { priority = "P1", attributes = new { team = new[] { "a" } } });
        await _org.PostAsync($"/api/v2/cases/{full.Id()}/assign", Documents.Case(new { assignee_id = _org.UserId }));
        await _org.PostAsync($"/api/v2/cases/{full.Id()}/due_date", Documents.Case(new { due_date = "2026-01-31" }));

        var lines = await LinesAsync("");

        lines.Count.ShouldBe(2);
        Names(lines[0]).ShouldBe(Names(lines[1]));
        lines[1].Attributes().GetProperty("due_date").ValueKind.ShouldBe(JsonValueKind.Null);
        lines[0].Attributes().Text("due_date").ShouldBe("2026-01-31");
    }

    [Fact]
    public async Task An_export_can_be_imported_again()
    {
        var made = await _org.NewCaseAsync(_project, "Wörk, \"quoted\"", new { priority = "P4", attributes = new { team = new[] { "a", "b" } } });
        await _org.PostAsync($"/api/v2/cases/{made.Id()}/title", Documents.Case(new { title = "Work" }));
        await _org.PostAsync($"/api/v2/cases/{made.Id()}/priority", Documents.Case(new { priority = "P1" }));
        await _org.PostAsync($"/api/v2/cases/{made.Id()}/assign", Documents.Case(new { assignee_id = _org.UserId }));
        await _org.PostAsync($"/api/v2/cases/{made.Id()}/comment", Documents.Case(new { comment = "Looking." }));
        await _org.PostAsync($"/api/v2/cases/{made.Id()}/status", Documents.Case(new { status_name = "In Progress" }));
        await _org.PostAsync($"/api/v2/cases/{made.Id()}/status", Documents.Case(new { status_name = "Closed" }));
        await _org.PostAsync($"/api/v2/cases/{made.Id()}/archive", Documents.EmptyCase);
        await _org.NewCaseAsync(_project, "=cmd|' /C calc'!A0");
        const string Query = "?include=timeline&filter=(is_archived:true OR is_archived:false)";
        var exported = await LinesAsync(Query);

        var results = await _org.ImportAsync(Guid.NewGuid(), exported.Select(static one => one.GetRawText()));

        results.ShouldAllBe(one => one.Text("status") == "done");
        var copies = (await LinesAsync(Query)).Where(one => results.Any(result => result.Text("id") == one.Id())).ToList();
        copies.Count.ShouldBe(exported.Count);
        foreach (var original in exported)
        {
            var copy = copies.Single(one => one.Attributes().Text("title") == original.Attributes().Text("title"));
            Comparable(copy).ShouldBe(Comparable(original));
        }
    }

    [Fact]
    public async Task A_row_for_a_spreadsheet_holds_no_formula()
    {
        await _org.NewCaseAsync(_project, "=1+2");
        await _org.NewCaseAsync(_project, "a, \"b\"");

        using var response = await RawAsync("?format=csv");

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        var rows = (await response.TextAsync()).Split("\r\n");
        rows[0].ShouldStartWith("key,title,status,");
        rows[1].ShouldStartWith("NOC-2,\"a, \"\"b\"\"\",Open,");
        rows[2].ShouldStartWith("NOC-1,'=1+2,Open,");
        rows[3].ShouldBeEmpty();
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("=1", "'=1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\t1", "'\t1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("＝1", "'＝1")]
    [InlineData("=\"a\",b", "\"'=\"\"a\"\",b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    public void A_cell_is_quoted_where_it_must_be_and_never_begins_a_formula(string text, string cell) => CaseCsv.Cell(text).ShouldBe(cell);

    [Theory]
    [InlineData("?filter=status:(")]
    [InlineData("?filter=priority:P9")]
    [InlineData("?format=xlsx")]
    [InlineData("?include=everything")]
    public async Task What_cannot_be_exported_is_refused(string query) => await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/export{query}", null, 400);

    [Fact]
    public async Task Another_organisations_cases_are_not_in_it()
    {
        await _org.NewCaseAsync(_project, "ours");
        var other = await fixture.NewOrgAsync();

        using var response = await other.SendRawAsync(HttpMethod.Get, "/api/v2/cases/export", null);

        (await response.TextAsync()).ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<JsonElement>> LinesAsync(string query)
    {
        using var response = await _org.SendRawAsync(HttpMethod.Get, $"/api/v2/cases/export{query}", null);
        return ImportClient.Lines(await response.TextAsync());
    }

    private Task<HttpResponseMessage> RawAsync(string query)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2/cases/export{query}");
        request.Headers.Add("DD-API-KEY", _org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", _org.ApplicationKey);
        return _org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string Names(JsonElement line) => string.Join(
        ' ', line.Attributes().EnumerateObject().Concat(line.GetProperty("relationships").EnumerateObject()).Select(static member => member.Name));

    /// <summary>All that an import keeps: everything but ids, key, number and the opening entry, which names the key.</summary>
    private static string Comparable(JsonElement line) => string.Join(
        '\n',
        line.Attributes().EnumerateObject()
            .Where(static member => member.Name is not ("key" or "public_id" or "timeline"))
            .Select(static member => member.ToString())
            .Concat(line.GetProperty("relationships").EnumerateObject().Select(static member => member.ToString()))
            .Concat(line.Attributes().GetProperty("timeline").EnumerateArray().Skip(1).Select(static cell => cell.GetRawText())));
}
