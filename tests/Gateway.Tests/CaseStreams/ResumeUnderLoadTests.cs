using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.CaseStreams;

/// <summary>Whatever breaks off when, a client that resumes has seen every change once, in the order of each case.</summary>
public sealed class ResumeUnderLoadTests(RunningGatewayFixture gateway)
{
    private const int Cases = 6;
    private const int Changes = 40;

    [Fact]
    public async Task Reconnecting_at_any_moment_loses_nothing_and_repeats_nothing()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        await using var first = await EventClient.FollowAsync(org);
        var last = first.LastId!;
        var writing = Task.WhenAll(Enumerable.Range(0, Cases).Select(_ => WriteAsync(org, project)));

        var seen = new Dictionary<string, long>();
        var ids = new HashSet<string>();
        var connections = 0;
        while (ids.Count < Cases * (Changes + 1))
        {
            connections++;
            await using var client = await EventClient.ConnectAsync(org, lastEventId: last);
            for (var left = random.Next(1, 25); left > 0 && ids.Count < Cases * (Changes + 1);)
            {
                var next = (await client.NextAsync()).ShouldNotBeNull($"seed {seed}");
                if (next.Name != "message")
                {
                    next.Name.ShouldBe("ready", $"seed {seed}");
                    continue;
                }

                left--;
                var about = next.Data.GetProperty("case");
                var version = about.GetProperty("version").GetInt64();
                ids.Add(next.Id!).ShouldBeTrue($"{next.Id} came twice, seed {seed}");
                version.ShouldBe(seen.GetValueOrDefault(about.Text("id")!) + 1, $"seed {seed}");
                seen[about.Text("id")!] = version;
                last = next.Id!;
            }
        }

        await writing;
        connections.ShouldBeGreaterThan(5);
        seen.Values.ShouldAllBe(version => version == Changes + 1);
        for (var i = 0; i < ids.Count; i++)
        {
            // A client that never left saw the same.
            ids.ShouldContain((await first.ChangeAsync()).Text("id")!);
        }
    }

    private static async Task WriteAsync(RunningOrg org, string project)
    {
        var id = (await org.NewCaseAsync(project)).Id();
        for (var i = 0; i < Changes; i++)
        {
            await org.PostAsync($"/api/v2/cases/{id}/title", Documents.Case(new { title = $"title {i}" }));
        }
    }
}
