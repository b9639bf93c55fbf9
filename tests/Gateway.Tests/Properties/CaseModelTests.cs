using System.Text.Json;
using Switchboard.Gateway.Tests.CaseStreams;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Imports;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Properties;

/// <summary>On the shared gateway and PostgreSQL: two organisations under the same random load, each held against a model of its own.</summary>
public sealed class CaseModelTests(RunningGatewayFixture fixture)
{
    private const int Steps = 120;
    private const string TheEnd = "the end";

    private static readonly string[] _priorities = ["P1", "P2", "P3", "NOT_DEFINED"];
    private static readonly string[] _statuses = ["Open", "In Progress", "Closed"];
    private static readonly string[] _words = ["disk", "node", "queue", "alarm"];

    [Fact]
    public async Task Random_changes_answer_as_a_simple_model_does_and_no_door_shows_another_organisation()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");

        var both = await Task.WhenAll(RunAsync(seed), RunAsync(seed));

        foreach (var (mine, others) in new[] { (both[0], both[1]), (both[1], both[0]) })
        {
            await CompareAsync(mine, $"seed {seed}");
            foreach (var stranger in others.Cases.Keys)
            {
                await mine.Org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{stranger}", null, 404);
            }

            // Each stream told of all of its organisation's cases, and of nothing else.
            mine.Told.ShouldAllBe(change => change.Text("organization_id") == mine.Org.Id.ToString(), $"seed {seed}");
            mine.Told.Where(static change => change.Text("type") == "case.opened").Select(static change => change.GetProperty("case").Text("id"))
                .ShouldBe(mine.Cases.Keys, ignoreOrder: true, $"seed {seed}");
            mine.Told.ShouldAllBe(change => mine.Cases.ContainsKey(change.GetProperty("case").Text("id")!), $"seed {seed}");
            mine.Told.Count.ShouldBeGreaterThan(Steps / 3, $"seed {seed}");
        }
    }

    private async Task<World> RunAsync(int seed)
    {
        var random = new Random(seed);
        var org = await fixture.NewOrgAsync();
        await using var stream = await EventClient.FollowAsync(org);
        var world = new World(org, await org.NewProjectAsync(), [], []);
        var following = FollowAsync(stream, world.Told);
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync(world, random);
        }

        var last = await org.NewCaseAsync(world.Project, TheEnd);
        world.Cases[last.Id()] = new Model(TheEnd, "NOT_DEFINED", "Open", false, null, 0);
        await following;
        return world;
    }

    /// <summary>Reads a stream until it tells of the last case.</summary>
    private static async Task FollowAsync(EventClient stream, List<JsonElement> told)
    {
        do
        {
            told.Add(await stream.ChangeAsync());
        }
        while (!told[^1].GetProperty("changes").EnumerateArray().Any(static change => change.Text("field") == "title" && change.Text("new") == TheEnd));
    }

    private static async Task StepAsync(World world, Random random)
    {
        var (org, cases) = (world.Org, world.Cases);
        var title = $"{Draw(_words, random)} {Draw(_words, random)}";
        if (cases.Count < 5 || random.Next(6) == 0)
        {
            var made = await org.NewCaseAsync(world.Project, title);
            cases[made.Id()] = new Model(title, "NOT_DEFINED", "Open", false, null, 0);
            return;
        }

        var (id, before) = cases.ElementAt(random.Next(cases.Count));
        var (path, attributes, after) = random.Next(7) switch
        {
            0 => ("title", (object?)new { title }, before with { Title = title }),
            1 when Draw(_priorities, random) is var priority => ("priority", new { priority }, before with { Priority = priority }),
            2 when Draw(_statuses, random) is var status => ("status", new { status_name = status }, before with { Status = status }),
            3 => ("archive", null, before with { Archived = true }),
            4 => ("unarchive", null, before with { Archived = false }),
            5 => ("assign", new { assignee_id = org.UserId }, before with { Assignee = org.UserId.ToString() }),
            _ => ("unassign", null, before with { Assignee = null }),
        };
        var answer = (await org.PostAsync($"/api/v2/cases/{id}/{path}", attributes is null ? Documents.EmptyCase : Documents.Case(attributes))).Data();
        cases[id] = after;
        Of(answer).ShouldBe(after, path);
    }

    private static async Task CompareAsync(World world, string seed)
    {
        var (org, cases) = (world.Org, world.Cases);
        foreach (var (id, model) in cases)
        {
            Of((await org.GetAsync($"/api/v2/cases/{id}")).Data()).ShouldBe(model, seed);
        }

        using var export = await org.SendRawAsync(HttpMethod.Get, "/api/v2/cases/export?filter=is_archived:true OR is_archived:false", null);
        ImportClient.Lines(await export.TextAsync()).Select(static one => one.Id()).Order().ShouldBe(cases.Keys.Order(), seed);

        foreach (var (query, matches) in Queries(org.UserId.ToString()))
        {
            var expected = cases.Where(one => !one.Value.Archived && matches(one.Value)).Select(static one => one.Key).Order().ToList();
            var found = await org.GetAsync($"/api/v2/cases?page[size]=100&filter={Uri.EscapeDataString(query)}");
            found.Data().EnumerateArray().Select(static one => one.Id()).Order().ToList().ShouldBe(expected, customMessage: $"{seed}: {query}");
            found.GetProperty("meta").GetProperty("total_cases").GetInt32().ShouldBe(expected.Count, $"{seed}: {query}");
            var counted = await org.GetAsync($"/api/v2/cases/count?group_bys=status&query_filter={Uri.EscapeDataString(query)}");
            counted.Data().Attributes().GetProperty("total").GetInt32().ShouldBe(expected.Count, $"{seed}: {query}");
        }
    }

    private static IEnumerable<(string Query, Func<Model, bool> Matches)> Queries(string user)
    {
        yield return ("", static _ => true);
        foreach (var priority in _priorities)
        {
            yield return ($"priority:{priority}", one => one.Priority == priority);
            yield return ($"-priority:{priority} status:open", one => one.Priority != priority && one.Status == "Open");
        }

        foreach (var word in _words)
        {
            yield return (word, one => one.Title.Contains(word, StringComparison.Ordinal));
            yield return ($"{word} OR status:closed", one => one.Title.Contains(word, StringComparison.Ordinal) || one.Status == "Closed");
        }

        yield return ("assignee:@me", one => one.Assignee == user);
        yield return ("NOT assignee:@me (status:closed OR priority:P1)", one => one.Assignee != user && (one.Status == "Closed" || one.Priority == "P1"));
    }

    private static Model Of(JsonElement @case)
    {
        var attributes = @case.Attributes();
        return new Model(
            attributes.Text("title")!, attributes.Text("priority")!, attributes.Text("status_name")!, attributes.Has("archived_at"), @case.Related("assignee"),
            attributes.GetProperty("comment_count").GetInt32());
    }

    private static string Draw(string[] from, Random random) => from[random.Next(from.Length)];

    private sealed record World(RunningOrg Org, string Project, Dictionary<string, Model> Cases, List<JsonElement> Told);

    private sealed record Model(string Title, string Priority, string Status, bool Archived, string? Assignee, int Comments);
}
