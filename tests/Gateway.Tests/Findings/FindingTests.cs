using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Findings;

/// <summary>On the shared gateway and PostgreSQL, in an organisation of each test's own.</summary>
public sealed class FindingTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/security/findings/cases";

    private RunningOrg _org = null!;
    private string _project = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync("SEC");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Cases_are_made_for_findings()
    {
        var answer = await _org.PostAsync(Path, Create(Item("first", "AAAA="), Item(null, "b1", "b2", "b1")), HttpStatusCode.Created);

        var made = answer.Data().EnumerateArray().ToList();
        made.Select(one => one.Attributes().Text("title")).ShouldBe(["first", "2 security findings"]);
        made[0].Attributes().Text("type").ShouldBe("SECURITY");
        made[0].Attributes().Text("creation_source").ShouldBe("CS_SECURITY_FINDING");
        made[0].Attributes().Text("status").ShouldBe("OPEN");
        FindingsOf(made[1]).ShouldBe(["b1", "b2"]);
        (await _org.GetAsync($"/api/v2/cases/{made[0].Id()}")).Data().Attributes().Text("key").ShouldBe("SEC-1");
    }

    [Fact]
    public async Task A_finding_moves_from_case_to_case_and_is_in_one_only()
    {
        var made = (await _org.PostAsync(Path, Create(Item("one", "a", "b"), Item("two", "c")), HttpStatusCode.Created)).Data();
        var (one, two) = (made[0].Id(), made[1].Id());
        await _org.PostAsync($"/api/v2/cases/{one}/archive", Documents.EmptyCase);

        var attached = (await _org.PatchAsync($"{Path}/{two}", Attach(two, "b"))).Data();
        var third = (await _org.PostAsync(Path, Create(Item("three", "c")), HttpStatusCode.Created)).Data()[0];

        FindingsOf(attached).ShouldBe(["c", "b"]);
        FindingsOf(third).ShouldBe(["c"]);
        (await InsightsAsync(one)).ShouldBe(["a"]);
        (await InsightsAsync(two)).ShouldBe(["b"]);
    }

    [Fact]
    public async Task Findings_whose_ids_differ_by_letter_case_are_two()
    {
        var made = (await _org.PostAsync(Path, Create(Item("one", "abc"), Item("two", "ABC")), HttpStatusCode.Created)).Data();

        (await InsightsAsync(made[0].Id())).ShouldBe(["abc"]);
        (await InsightsAsync(made[1].Id())).ShouldBe(["ABC"]);
    }

    [Fact]
    public async Task Findings_are_detached()
    {
        var made = (await _org.PostAsync(Path, Create(Item("one", "a", "b")), HttpStatusCode.Created)).Data()[0].Id();

        for (var repeated = 0; repeated < 2; repeated++)
        {
            using var response = await _org.SendRawAsync(HttpMethod.Delete, Path, new { data = new { type = "cases", relationships = new { findings = Findings("a", "never") } } });
            response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await InsightsAsync(made)).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_repetition_with_the_same_idempotency_key_makes_nothing_twice()
    {
        var body = Create(Item("one", "a"), Item("two", "b"));
        using var first = await _org.SendRawAsync(HttpMethod.Post, Path, body, "once");

        using var again = await _org.SendRawAsync(HttpMethod.Post, Path, body, "once");

        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await again.JsonAsync()).Data().EnumerateArray().Select(one => one.Id()).ShouldBe((await first.JsonAsync()).Data().EnumerateArray().Select(one => one.Id()));
        (await _org.NewCaseAsync(_project)).Attributes().Text("key").ShouldBe("SEC-3");
    }

    [Fact]
    public async Task What_is_malformed_or_names_nothing_is_refused_before_anything_is_made()
    {
        await _org.RefusedAsync(HttpMethod.Post, Path, Create(), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Create(Item("one")), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Create(Item("one", "a\"b")), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Create(Item("one", [.. Enumerable.Range(0, 51).Select(n => $"f{n}")])), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Create([.. Enumerable.Repeat(Item("one", "a"), 51)]), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, "{\"data\":{\"type\":\"cases\"}}", 400);
        var project = _project;
        _project = Guid.NewGuid().ToString();
        var nowhere = Item("nowhere", "a");
        _project = project;
        await _org.RefusedAsync(HttpMethod.Post, Path, Create(Item("one", "a"), nowhere), 404);
        await _org.RefusedAsync(HttpMethod.Patch, $"{Path}/{Guid.NewGuid()}", Attach(Guid.NewGuid().ToString(), "a"), 404);
        (await _org.NewCaseAsync(_project)).Attributes().Text("key").ShouldBe("SEC-1");
    }

    private object Item(string? title, params string[] findings) => new
    {
        type = "cases",
        attributes = title is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["title"] = title },
        relationships = new { project = new { data = new { id = _project, type = "projects" } }, findings = Findings(findings) },
    };

    private static object Create(params object[] items) => new { data = items };

    private static object Attach(string id, params string[] findings) => new { data = new { id, type = "cases", relationships = new { findings = Findings(findings) } } };

    private static object Findings(params string[] ids) => new { data = ids.Select(static id => new { id, type = "findings" }) };

    private static IEnumerable<string?> FindingsOf(JsonElement @case) =>
        @case.Attributes().GetProperty("insights").EnumerateArray().Select(static insight => insight.Text("resource_id"));

    private async Task<IEnumerable<string?>> InsightsAsync(string id) => FindingsOf((await _org.GetAsync($"/api/v2/cases/{id}")).Data());
}
