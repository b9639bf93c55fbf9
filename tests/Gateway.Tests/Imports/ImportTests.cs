using System.Net;
using System.Text;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Imports;

/// <summary>On the shared gateway and PostgreSQL, in an organisation of each test's own.</summary>
public sealed class ImportTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private readonly Guid _receipt = Guid.NewGuid();
    private RunningOrg _org = null!;
    private string _project = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_line_becomes_a_case_with_a_number_in_the_order_of_the_lines()
    {
        var results = await _org.ImportAsync(_receipt, Enumerable.Range(1, 600).Select(n => ImportClient.Line(_project, $"case {n}")));

        results.Select(one => one.Text("key")).ShouldBe(Enumerable.Range(1, 600).Select(n => $"NOC-{n}"));
        results.ShouldAllBe(one => one.Text("status") == "done");
        var last = (await _org.GetAsync("/api/v2/cases/NOC-600")).Data();
        last.Id().ShouldBe(results[599].Text("id"));
        last.Attributes().Text("title").ShouldBe("case 600");
        last.Attributes().Text("creation_source").ShouldBe("IMPORT");
        (await _org.NewCaseAsync(_project)).Attributes().Text("key").ShouldBe("NOC-601");
    }

    [Fact]
    public async Task Times_authors_comments_and_a_closed_state_are_kept()
    {
        var bo = await _org.Gateway.NewUserAsync(_org.Id, $"{Guid.NewGuid():N}@example.test", "Bo", Roles.Standard);
        var line = ImportClient.Line(
            _project,
            "Disk full",
            new
            {
                description = "It was.",
                priority = "P2",
                status_name = "Closed",
                created_at = "2024-03-01T10:00:00Z",
                closed_at = "2024-03-05T12:30:00.5Z",
                archived_at = "2024-04-01T00:00:00Z",
                modified_at = "2024-03-02T00:00:00Z",
                due_date = "2024-03-31",
                attributes = new { team = new[] { "storage" } },
                insights = new[] { new { type = "MONITOR", @ref = "/monitors/1", resource_id = "1" } },
                timeline = new object[]
                {
                    new { type = "COMMENT", created_at = "2024-03-04T08:00:00Z", author_id = bo, cell_content = new { message = "second" } },
                    new { type = "COMMENT", created_at = "2024-03-03T08:00:00+00:00", cell_content = new { message = "first" } },
                    new { type = "CASE_CREATED", created_at = "2024-03-01T10:00:00Z" },
                    new { type = "PRIORITY_CHANGED", created_at = "2024-03-02T09:00:00Z", cell_content = new { from = "P4", to = "P2" } },
                },
            },
            new { assignee = ImportClient.User(_org.UserId), created_by = ImportClient.User(bo) });

        var result = (await _org.ImportAsync(_receipt, [line])).ShouldHaveSingleItem();

        result.Text("status").ShouldBe("done", result.ToString());
        var made = (await _org.GetAsync($"/api/v2/cases/{result.Text("id")}")).Data();
        var attributes = made.Attributes();
        attributes.Text("created_at").ShouldBe("2024-03-01T10:00:00Z");
        attributes.Text("closed_at").ShouldBe("2024-03-05T12:30:00.5Z");
        attributes.Text("archived_at").ShouldBe("2024-04-01T00:00:00Z");
        attributes.Text("due_date").ShouldBe("2024-03-31");
        attributes.Text("priority").ShouldBe("P2");
        attributes.Text("status_name").ShouldBe("Closed");
        attributes.GetProperty("comment_count").GetInt32().ShouldBe(2);
        made.Related("created_by").ShouldBe(bo.ToString());
        made.Related("assignee").ShouldBe(_org.UserId.ToString());
        var cells = (await _org.GetAsync($"/api/v2/cases/{result.Text("id")}/timelines?page[size]=20&sort[ascending]=true")).Data().EnumerateArray().ToList();
        cells.Select(cell => cell.Attributes().Text("type")).ShouldBe(
            ["CASE_CREATED", "DUE_DATE_CHANGED", "INSIGHT_ADDED", "PRIORITY_CHANGED", "COMMENT", "COMMENT", "STATUS_CHANGED", "ARCHIVED"]);
        var second = cells[5].Attributes();
        second.Text("created_at").ShouldBe("2024-03-04T08:00:00Z");
        second.GetProperty("author").GetProperty("content").Text("id").ShouldBe(bo.ToString());
        cells[3].Attributes().GetProperty("cell_content").GetRawText().ShouldBe("""{"from":"P4","to":"P2"}""");
    }

    [Fact]
    public async Task Events_keep_the_original_time_beside_the_time_of_the_import_and_say_who_imported()
    {
        var bo = await _org.Gateway.NewUserAsync(_org.Id, $"{Guid.NewGuid():N}@example.test", "Bo", Roles.Standard);
        var result = (await _org.ImportAsync(
            _receipt,
            [ImportClient.Line(_project, "old", new { created_at = "2020-02-02T02:02:02Z" }, new { created_by = ImportClient.User(bo) })])).Single();

        var log = (Grains.EventStore.IEventStore)_org.Gateway.Services.GetService(typeof(Grains.EventStore.IEventStore))!;
        var stored = new List<Grains.EventStore.RecordedEvent>();
        await foreach (var one in log.ReadStreamAsync(_org.Id, Guid.Parse(result.Text("id")!), 1, TestContext.Current.CancellationToken))
        {
            stored.Add(one);
        }

        var opened = stored.ShouldHaveSingleItem();
        opened.OccurredAt.ShouldBe(DateTimeOffset.Parse("2020-02-02T02:02:02Z", System.Globalization.CultureInfo.InvariantCulture));
        opened.RecordedAt.Year.ShouldBeGreaterThan(2024);
        opened.Metadata.Actor.Id.ShouldBe(bo);
        opened.Metadata.ImportedBy!.Id.ShouldBe(_org.UserId);
        opened.Metadata.CausationId.ShouldBe($"import {_receipt}");
    }

    [Fact]
    public async Task A_bad_line_spoils_no_other_and_says_what_is_wrong_with_it()
    {
        var gone = Guid.NewGuid();
        string[] lines =
        [
            ImportClient.Line(_project, "first"),
            "{",
            "",
            ImportClient.Line(_project, ""),
            ImportClient.Line(gone.ToString(), "nowhere"),
            ImportClient.Line(_project, "status", new { status_name = "Sideways" }),
            ImportClient.Line(_project, "future", new { created_at = "2999-01-01T00:00:00Z" }),
            ImportClient.Line(_project, "order", new { created_at = "2024-01-02T00:00:00Z", closed_at = "2024-01-01T00:00:00Z", status_name = "Closed" }),
            ImportClient.Line(_project, "somebody", null, new { assignee = ImportClient.User(gone) }),
            ImportClient.Line(_project, "kind", new { timeline = new[] { new { type = "DANCED", created_at = "2024-01-02T00:00:00Z" } } }),
            ImportClient.Line(_project, "local", new { created_at = "2024-01-02T00:00:00" }),
            "[]",
            ImportClient.Line(_project, "last"),
        ];

        var results = await _org.ImportAsync(_receipt, lines);

        results.Select(one => one.GetProperty("line").GetInt32()).ShouldBe([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        results.Where(one => one.Text("status") == "done").Select(one => one.Text("key")).ShouldBe(["NOC-1", "NOC-2"]);
        results.Single(one => one.GetProperty("line").GetInt32() == 5).Text("title").ShouldBe("project not found");
        results.Single(one => one.GetProperty("line").GetInt32() == 6).Text("detail")!.ShouldStartWith("invalid status Sideways");
        results.Single(one => one.GetProperty("line").GetInt32() == 11).Text("detail")!.ShouldContain("created_at");
        var receipt = await _org.ReceiptAsync(_receipt);
        receipt.GetProperty("lines").GetInt32().ShouldBe(13);
        receipt.GetProperty("imported").GetInt32().ShouldBe(2);
        receipt.GetProperty("refused").GetInt32().ShouldBe(10);
    }

    [Fact]
    public async Task A_file_sent_again_makes_nothing_twice_and_takes_no_number()
    {
        var lines = Enumerable.Range(1, 20).Select(n => ImportClient.Line(_project, $"case {n}")).ToArray();
        var first = await _org.ImportAsync(_receipt, lines);

        var again = await _org.ImportAsync(_receipt, lines);
        var tail = await _org.ImportAsync(_receipt, lines[15..], firstLine: 16);

        again.Select(one => (one.Text("status"), one.Text("id"), one.Text("key"))).ShouldBe(first.Select(one => ((string?)"known", one.Text("id"), one.Text("key"))));
        tail.Select(one => one.Text("key")).ShouldBe(first.Skip(15).Select(one => one.Text("key")));
        (await _org.NewCaseAsync(_project)).Attributes().Text("key").ShouldBe("NOC-21");
        (await _org.ReceiptAsync(_receipt)).GetProperty("imported").GetInt32().ShouldBe(20);
    }

    [Fact]
    public async Task A_client_that_was_cut_off_asks_what_was_taken_and_goes_on()
    {
        var lines = Enumerable.Range(1, 2_000).Select(n => ImportClient.Line(_project, $"case {n}")).ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v2/cases/import?receipt={_receipt}");
        request.Headers.Add("DD-API-KEY", _org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", _org.ApplicationKey);
        request.Content = new HalfSent(Encoding.UTF8.GetBytes(string.Join('\n', lines[..1_300])), TakenAsync);
        await Should.ThrowAsync<HttpRequestException>(_org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken));

        var taken = (await _org.ReceiptAsync(_receipt)).GetProperty("lines").GetInt32();
        var rest = await _org.ImportAsync(_receipt, lines[taken..], taken + 1);

        taken.ShouldBeGreaterThanOrEqualTo(1_000);
        rest.ShouldAllBe(one => one.Text("status") != "refused");
        var counted = await _org.GetAsync($"/api/v2/cases/count?query_filter=project_id:{_project}&group_bys=status");
        counted.Data().Attributes().GetProperty("total").GetInt32().ShouldBe(2_000);
        (await _org.ReceiptAsync(_receipt)).GetProperty("lines").GetInt32().ShouldBe(2_000);
    }

    [Fact]
    public async Task The_same_file_sent_by_two_at_once_makes_each_case_once()
    {
        var lines = Enumerable.Range(1, 400).Select(n => ImportClient.Line(_project, $"case {n}")).ToArray();

        var both = await Task.WhenAll(_org.ImportAsync(_receipt, lines), _org.ImportAsync(_receipt, lines));

        both[0].Select(one => one.Text("id")).ShouldBe(both[1].Select(one => one.Text("id")));
        both[0].Select(one => one.Text("key")).ShouldBe(both[1].Select(one => one.Text("key")));
        both.SelectMany(static one => one).Count(one => one.Text("status") == "done").ShouldBe(400);
        (await _org.ReceiptAsync(_receipt)).GetProperty("imported").GetInt32().ShouldBe(400);
    }

    [Fact]
    public async Task A_source_key_is_imported_once_in_a_project_whatever_the_receipt()
    {
        var other = await _org.NewProjectAsync("OPS");
        var first = (await _org.ImportAsync(_receipt, [ImportClient.Line(_project, "one", new { source_key = "OLD-1" })])).Single();

        var again = (await _org.ImportAsync(Guid.NewGuid(), [ImportClient.Line(_project, "one, later", new { source_key = "OLD-1" })])).Single();
        var elsewhere = (await _org.ImportAsync(Guid.NewGuid(), [ImportClient.Line(other, "one", new { source_key = "OLD-1" })])).Single();

        (again.Text("status"), again.Text("id")).ShouldBe(("known", first.Text("id")));
        elsewhere.Text("status").ShouldBe("done");
        elsewhere.Text("id").ShouldNotBe(first.Text("id"));
    }

    [Fact]
    public async Task Only_who_manages_people_may_say_that_others_wrote_something()
    {
        var standard = await _org.AsNewUserAsync(Roles.Standard);
        string[] lines =
        [
            ImportClient.Line(_project, "mine", null, new { created_by = ImportClient.User(standard.UserId) }),
            ImportClient.Line(_project, "hers", null, new { created_by = ImportClient.User(_org.UserId) }),
            ImportClient.Line(_project, "her words", new
            {
                created_at = "2024-01-01T00:00:00Z",
                timeline = new[] { new { type = "COMMENT", created_at = "2024-01-02T00:00:00Z", author_id = _org.UserId, cell_content = new { message = "so" } } },
            }),
        ];

        (await standard.ImportAsync(_receipt, lines)).Select(one => one.Text("status")).ShouldBe(["done", "refused", "refused"]);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_and_the_next_one_taken()
    {
        var results = await _org.ImportAsync(
            _receipt,
            [ImportClient.Line(_project, "before"), ImportClient.Line(_project, new string('x', 2 * 1024 * 1024)), ImportClient.Line(_project, "after")]);

        results.Select(one => one.Text("status")).ShouldBe(["done", "refused", "done"]);
        results[1].Text("detail").ShouldBe("the line is longer than 1048576 bytes");
    }

    [Theory]
    [InlineData("", "application/x-ndjson", 400)]
    [InlineData("?receipt=mine", "application/x-ndjson", 400)]
    [InlineData("?receipt=0d6c2a52-5f0e-4b7e-9a0a-3d6f6c0b1f11&first_line=0", "application/x-ndjson", 400)]
    [InlineData("?receipt=0d6c2a52-5f0e-4b7e-9a0a-3d6f6c0b1f11", "text/csv", 415)]
    public async Task What_is_no_import_is_refused_as_a_whole(string query, string mediaType, int status)
    {
        using var response = await _org.SendImportAsync(query, new StringContent("{}"), mediaType);

        await response.ErrorAsync(status);
    }

    [Fact]
    public async Task An_unknown_receipt_and_another_organisations_are_not_found()
    {
        await _org.ImportAsync(_receipt, [ImportClient.Line(_project, "one")]);
        var other = await fixture.NewOrgAsync();

        await other.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/import/{_receipt}", null, 404);
        await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/import/{Guid.NewGuid()}", null, 404);
        (await other.ImportAsync(_receipt, [ImportClient.Line(_project, "not theirs")])).Single().Text("title").ShouldBe("project not found");
    }

    /// <summary>Until most of what was sent is taken; the receipt is there as soon as the server has begun to read.</summary>
    private async Task TakenAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        for (var lines = 0; lines < 1_000;)
        {
            patience.Token.ThrowIfCancellationRequested();
            using var answer = await _org.SendRawAsync(HttpMethod.Get, $"/api/v2/cases/import/{_receipt}", null);
            lines = answer.IsSuccessStatusCode ? (await answer.JsonAsync()).Data().Attributes().GetProperty("lines").GetInt32() : 0;
        }
    }

    /// <summary>Sends some bytes of a body that goes on, and breaks off when they have arrived.</summary>
    private sealed class HalfSent(byte[] bytes, Func<Task> arrived) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
            await arrived();
            throw new HttpRequestException("The client breaks off.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
