using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Timeline;
using Switchboard.Testing.Postgres;
using Switchboard.Timeline;

namespace Switchboard.Grains.Tests.Cases;

public abstract class HistoryTests(DatabaseFixture? database, ITestOutputHelper output) : GrainTests(database)
{
    [Fact]
    public async Task After_any_history_the_held_case_its_rows_and_the_fold_of_its_events_are_the_same()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new RandomCommands(seed);
        var opening = random.Opening() with { ProjectId = World.Project.Id, AssigneeId = World.Ben.Id };
        var id = Guid.NewGuid();
        (await World.DoAsync(id, opening, World.By(World.Ana))).Error.ShouldBeNull();
        for (var i = 0; i < 150; i++)
        {
            var by = World.By(random.Pick<Switchboard.Commands.Actor>([World.Ana, World.Ben]));
            if (random.NextIsComment())
            {
                await World.DoAsync(id, random.Comment(), by);
            }
            else
            {
                var command = random.Command();
                await World.DoAsync(id, command is Assign ? new Assign(World.Ana.Id) : command, by);
            }
        }

        var held = (await World.GetCaseAsync(id))!;
        await World.RefreshCaseAsync(id);
        var cold = (await World.GetCaseAsync(id))!;
        var row = (await World.Port<IAggregateRows<CaseSnapshot>>().LoadAsync(World.Org, id, Stop))!;
        var rebuild = await CaseRebuild.FromAsync(World.Events.ReadStreamAsync(World.Org, id, 1, Stop), Stop);

        Json(cold).ShouldBe(Json(held), $"seed {seed}");
        Json(row).ShouldBe(Json(held), $"seed {seed}");
        Json(rebuild.Case!).ShouldBe(Json(held), $"seed {seed}");
        rebuild.Cells.Length.ShouldBeGreaterThan(20);
        foreach (var cell in rebuild.Cells)
        {
            var kept = await World.Port<ITimelineReader>().FindAsync(World.Org, id, cell.Id, Stop);
            Plain(kept!).ShouldBe(Plain(cell), $"seed {seed}");
        }
    }

    private static string Json(CaseSnapshot snapshot) => JsonSerializer.Serialize(snapshot, AnswerJson.Default.CaseSnapshot);

    // PostgreSQL keeps the content as jsonb: the same JSON in its own spelling.
    private static TimelineCell Plain(TimelineCell cell) =>
        cell with { Content = JsonSerializer.Serialize(Sorted(JsonNode.Parse(cell.Content))) };

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value?.DeepClone()))))
        : node?.DeepClone();

    public sealed class InMemory(ITestOutputHelper output) : HistoryTests(null, output);

    public sealed class OnPostgres(DatabaseFixture database, ITestOutputHelper output)
        : HistoryTests(database, output), IClassFixture<DatabaseFixture>;
}
