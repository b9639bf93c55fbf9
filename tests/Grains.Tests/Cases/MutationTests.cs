using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.PublicEvents;
using Switchboard.Timeline;

namespace Switchboard.Grains.Tests.Cases;

/// <summary>Every change is an event that says what was and what is, so that anybody can compute what we did not think of.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private static readonly Guid Task = Guid.Parse("0f000000-0000-0000-0000-000000000001");
    private static readonly Guid Cell = Guid.Parse("0f000000-0000-0000-0000-000000000002");
    private static readonly JsonSerializerOptions Stored = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Events that need no pair: what came or went is there whole, and the other side is nothing.</summary>
    private static readonly string[] Comings =
    [
        "created", "opened", "added", "defined", "favored", "unfavored", "removed", "deleted", "archived", "unarchived", "enabled", "disabled", "revoked",
        "merged", "unmerged", "absorbed", "released", "received", "tagged", "announced", "started", "resumed", "taken", "said", "ended",
    ];

    [Fact]
    public void Every_event_has_an_old_and_a_new_value_or_is_a_coming_or_a_going()
    {
        foreach (var type in typeof(DomainEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(DomainEvent)) && !type.IsAbstract))
        {
            var name = type.GetCustomAttribute<EventTypeAttribute>()!.Name;
            var members = type.GetProperties().Select(member => member.Name).ToArray();
            var pairs = members.Where(member => member.StartsWith("From", StringComparison.Ordinal))
                .Count(from => members.Contains("To" + from["From".Length..]));
            (pairs > 0 || Comings.Contains(name[(name.LastIndexOfAny(['.', '_']) + 1)..])).ShouldBeTrue(
                $"{name} changes something and does not say from what to what; or it is of a kind that this test does not know.");
        }
    }

    [Fact]
    public void Every_command_on_a_case_tells_the_outside_what_was_and_what_is()
    {
        CaseCommand[] commands =
        [
            new SetTitle("x"), new SetDescription("x"), new SetPriority(CasePriority.P1), new Assign(CaseStory.Ben.Id), new Unassign(),
            new ReplaceAttributes(ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", ["web"])), new SetDueDate(new DateOnly(2026, 3, 31)),
            new SetCustomValue("cost", new(CustomAttributeTypes.Number, false, ["1.5"])), new ClearCustomValue("cost"), new MoveToProject(CaseStory.Other.Id),
            new SetStatus("In Progress", null), new SetStatus(null, StatusGroup.Closed, ClosedReasons.Done), new SetClosedReason(ClosedReasons.Obsolete),
            new SetResolvedReason("FALSE_POSITIVE"), new Watch(CaseStory.Ben.Id), new Unwatch(CaseStory.Ben.Id),
            new AddInsights([new("MONITOR", "/monitors/1", "1")]), new RemoveInsights([new("MONITOR", "/monitors/1", "1")]),
            new AddTask(Task, "t", null, null), new ChangeTask(Task, null, true, null, false, null), new RemoveTask(Task), new Archive(), new Unarchive(),
        ];
        commands.Select(command => command.GetType()).Append(typeof(OpenCase)).Distinct().ShouldBe(
            typeof(CaseCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(CaseCommand))), ignoreOrder: true);
        var story = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.Security.Id, AssigneeId = CaseStory.Ana.Id });
        foreach (var command in commands)
        {
            if (command is Watch)
            {
                // An assignment makes the assignee watch without an event of its own.
                story.Do(new Unwatch(CaseStory.Ben.Id));
            }

            var before = story.Events.Count;
            story.Do(command).Error.ShouldBeNull(command.ToString());
            story.Events.Count.ShouldBeGreaterThan(before, command.ToString());
            foreach (var recorded in story.Events.Skip(before))
            {
                ChangesOf((CaseEvent)recorded.Body).ShouldNotBeEmpty(recorded.Body.ToString());
            }
        }

        story.Do(new AddComment(Cell, "a"), CaseStory.Ana);
        story.Do(new EditComment(Cell, "b"), CaseStory.Ana);
        story.Do(new DeleteComment(Cell), CaseStory.Ana);
        story.Events.TakeLast(3).Select(recorded => string.Join(' ', ChangesOf((CaseEvent)recorded.Body)))
            .ShouldBe(["comment: null -> \"a\"", "comment: \"a\" -> \"b\"", "comment: \"b\" -> null"]);
    }

    [Fact]
    public void Time_in_each_state_can_be_computed_from_the_timeline_alone()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        for (var history = 0; history < 50; history++)
        {
            var random = new RandomCommands(seed + history);
            var story = CaseStory.Opened(random.Opening());
            var lived = new Dictionary<string, TimeSpan>();
            for (var i = 0; i < 40; i++)
            {
                var (group, since) = (CaseNames.Of(story.Case!.StatusGroup), story.Now);
                if (random.NextIsComment())
                {
                    story.Do(random.Comment());
                }
                else
                {
                    story.Do(random.Command());
                }

                lived[group] = lived.GetValueOrDefault(group) + (story.Now - since);
            }

            TimesOf(story.Cells, story.Now).OrderBy(pair => pair.Key).ShouldBe(lived.OrderBy(pair => pair.Key), $"seed {seed}, history {history}");
        }
    }

    /// <summary>As a client would: by types, contents and times of the cells.</summary>
    private static Dictionary<string, TimeSpan> TimesOf(IEnumerable<TimelineCell> cells, DateTimeOffset now)
    {
        var times = new Dictionary<string, TimeSpan>();
        var (group, since) = ("", default(DateTimeOffset));
        foreach (var cell in cells.Where(cell => cell.Kind is "CASE_CREATED" or "STATUS_CHANGED"))
        {
            using var content = JsonDocument.Parse(cell.Content);
            if (group.Length > 0)
            {
                content.RootElement.GetProperty("from_group").GetString().ShouldBe(group);
                times[group] = times.GetValueOrDefault(group) + (cell.CreatedAt - since);
            }

            (group, since) = (content.RootElement.GetProperty(cell.Kind == "CASE_CREATED" ? "status_group" : "to_group").GetString()!, cell.CreatedAt);
        }

        times[group] = times.GetValueOrDefault(group) + (now - since);
        return times.Where(pair => pair.Value > TimeSpan.Zero).ToDictionary();
    }

    private static string[] ChangesOf(CaseEvent fact)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            ChangeJson.Write(json, new PublicCaseEvent
            {
                Position = default,
                OrgId = CaseStory.Org,
                CaseId = Guid.Empty,
                Version = 1,
                EventId = Guid.Empty,
                Type = fact.GetType().GetCustomAttribute<EventTypeAttribute>()!.Name,
                Body = fact,
                Payload = JsonSerializer.Serialize(fact, fact.GetType(), Stored),
                Actor = CaseStory.Ana,
                OccurredAt = default,
            });
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return
        [
            .. document.RootElement.GetProperty("changes").EnumerateArray().Select(change =>
            {
                var (old, now) = (change.GetProperty("old").GetRawText(), change.GetProperty("new").GetRawText());
                now.ShouldNotBe(old, fact.ToString());
                return $"{change.GetProperty("field").GetString()}: {old} -> {now}";
            }),
        ];
    }
}
