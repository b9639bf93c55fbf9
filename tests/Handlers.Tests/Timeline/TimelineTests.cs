using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.Timeline;
using Switchboard.Handlers.Timeline;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Timeline;

public sealed class TimelineTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private readonly Guid _case = Guid.CreateVersion7();
    private HandlerWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ICaseHistory History => _world.Services.GetRequiredService<ICaseHistory>();

    public ValueTask InitializeAsync()
    {
        _world = HandlerWorld.Create(database.Database);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Every_event_of_a_case_becomes_a_readable_entry()
    {
        var (anna, cell) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var into = new MergedInto(cell, "NOC-7", null, new BeforeMerge("Open", StatusGroup.Open, null, false));
        DomainEvent[] events =
        [
            Opened("Checkout fails"),
            new TitleChanged("Checkout fails", "Checkout is down"),
            new DescriptionChanged("", "See the graphs."),
            new PriorityChanged(CasePriority.NotDefined, CasePriority.P1),
            new StatusChanged("Open", StatusGroup.Open, "In Progress", StatusGroup.InProgress),
            new AssigneeChanged(null, anna),
            new AttributesReplaced(Attributes(("team", "web"), ("zone", "a")), Attributes(("team", "payments"))),
            new CommentAdded(cell, "On it"),
            new CommentEdited(cell, "On it", "On it, with \"Bob\""),
            new CommentDeleted(cell, "On it, with \"Bob\""),
            new StatusChanged("In Progress", StatusGroup.InProgress, "Closed", StatusGroup.Closed),
            new StatusChanged("Closed", StatusGroup.Closed, "Open", StatusGroup.Open),
            new CaseArchived(),
            new CaseUnarchived(),
            new ClosedReasonChanged(null, "WONT_DO"),
            new ClosedReasonChanged("WONT_DO", null),
            new TaskAdded(cell, new TaskContent("Call", false, null, 0)),
            new TaskChanged(cell, new TaskContent("Call", false, null, 0), new TaskContent("Call them", true, anna, 1)),
            new TaskRemoved(cell, new TaskContent("Call them", true, anna, 1)),
            new CaseMerged(into),
            new CaseUnmerged(into),
            new CaseAbsorbed(new AbsorbedCase(cell, "NOC-8", [anna], [new CaseInsight("MONITOR", "/m", "1"), new CaseInsight("MONITOR", "/m", "2")])),
            new CaseReleased(new AbsorbedCase(cell, "NOC-8", [], [])),
            new CaseDeleted(Guid.CreateVersion7(), "NOC-1"),
        ];

        await HandleAsync(events, Actor.User(anna));

        var entries = await ReadAsync();
        entries.Select(entry => entry.Sentence).ShouldBe(
        [
            "Opened as NOC-1 with priority P3 and status Open: \"Checkout fails\"",
            "Title changed from \"Checkout fails\" to \"Checkout is down\"",
            "Description added",
            "Priority changed from not defined to P1",
            "Status changed from Open to In Progress",
            $"Assigned to @{anna:D}",
            "Attributes changed: team is payments; zone removed",
            "Commented: \"On it\"",
            "Comment edited from \"On it\" to \"On it, with \"Bob\"\"",
            "Comment deleted: \"On it, with \"Bob\"\"",
            "Status changed from In Progress to Closed",
            "Reopened: status changed from Closed to Open",
            "Archived",
            "Taken out of the archive",
            "Closed as wont do",
            "No longer closed as wont do",
            "Task added: \"Call\"",
            $"Task \"Call\": done, now \"Call them\", assigned to @{anna:D}, moved from place 1 to 2",
            "Task removed: \"Call them\"",
            "Merged into NOC-7 as a duplicate",
            "Merge into NOC-7 undone",
            "Duplicate NOC-8 merged in, with 1 watcher and 2 insights",
            "Duplicate NOC-8 separated again",
            "NOC-1 deleted together with its project",
        ]);
        entries.Select(entry => entry.Version).ShouldBe(Enumerable.Range(1, 24).Select(version => (long)version));
        entries.ShouldAllBe(entry => entry.Actor == Actor.User(anna));
        entries[3].Kind.ShouldBe("PRIORITY_CHANGED");
        (entries[3].OldValue, entries[3].NewValue).ShouldBe(("\"NOT_DEFINED\"", "\"P1\""));
        (entries[5].OldValue, entries[5].NewValue).ShouldBe((null, $"\"{anna:D}\""));
        entries[4].NewValue.ShouldBe("""{"name":"In Progress","group":"SG_IN_PROGRESS"}""");
    }

    [Fact]
    public async Task A_comment_keeps_what_it_said_before_each_edit_and_after_its_deletion()
    {
        var (cell, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await HandleAsync(
        [
            Opened("t"), new CommentAdded(cell, "one"), new CommentAdded(other, "else"), new CommentEdited(cell, "one", "two"),
            new CommentEdited(cell, "two", "three"), new CommentDeleted(cell, "three"),
        ]);

        var history = await History.ListAsync(new HistoryQuery(_org, _case, 10, 0, Ascending: true, cell), Token);

        history.Select(entry => (entry.Kind, entry.OldValue, entry.NewValue)).ShouldBe(
        [
            ("COMMENT_ADDED", null, "\"one\""), ("COMMENT_EDITED", "\"one\"", "\"two\""), ("COMMENT_EDITED", "\"two\"", "\"three\""),
            ("COMMENT_DELETED", "\"three\"", null),
        ]);
    }

    [Fact]
    public async Task Entries_come_in_pages_and_only_to_their_own_organisation()
    {
        await HandleAsync([Opened("t"), .. Enumerable.Range(0, 5).Select(i => new TitleChanged($"{i}", $"{i + 1}"))]);

        var page = await History.ListAsync(new HistoryQuery(_org, _case, 2, 1, Ascending: false), Token);

        page.Select(entry => entry.Version).ShouldBe([4, 3]);
        (await History.ListAsync(new HistoryQuery(Guid.CreateVersion7(), _case, 10, 0, Ascending: true), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_text_is_quoted_in_part_and_kept_whole()
    {
        var text = string.Concat(Enumerable.Repeat("🚨", 500));
        await HandleAsync([Opened("t"), new CommentAdded(Guid.CreateVersion7(), text)]);

        var entry = (await ReadAsync())[1];

        entry.Sentence.Length.ShouldBeLessThan(230);
        System.Text.Json.JsonSerializer.Deserialize<string>(entry.NewValue!).ShouldBe(text);
    }

    [Fact]
    public void Events_without_a_sentence_of_their_own_are_readable_too()
    {
        var record = _world.Record(new TitleChanged("a", "b"), _org, _case, 2);

        Sentence("case.due_date_changed", """{"from":"2026-01-01","to":"2026-02-01"}""").ShouldBe("Due date changed from \"2026-01-01\" to \"2026-02-01\"");
        Sentence("case.due_date_changed", """{"from":"2026-01-01"}""").ShouldBe("Due date changed from \"2026-01-01\" to none");
        Sentence("case.limit_changed", """{"to":5}""").ShouldBe("Limit changed to 5");
        Sentence("case.insights_added", """{"insights":[{"ref":"x"}]}""").ShouldBe("Insights added");

        string Sentence(string type, string payload) =>
            EntryWriter.RowOf(new HandledEvent(record with { Type = type, Payload = payload }, new Nameless())).Entry.Sentence;
    }

    private async Task HandleAsync(IEnumerable<DomainEvent> events, Actor? actor = null)
    {
        var version = 0;
        foreach (var body in events)
        {
            var record = _world.Record(body, _org, _case, ++version, actor: actor);
            await _world.PipeTo<TimelineHandler>().HandleAsync(record, Token);
        }
    }

    private async Task<ImmutableArray<HistoryEntry>> ReadAsync() =>
        await History.ListAsync(new HistoryQuery(_org, _case, 100, 0, Ascending: true), Token);

    private static CaseOpened Opened(string title) => new(
        Guid.CreateVersion7(), "NOC-1", 1, Guid.CreateVersion7(), title, "", CasePriority.P3, "Open", StatusGroup.Open, null, Attributes(), "MANUAL");

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes(params (string Key, string Value)[] pairs) =>
        pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => ImmutableArray.Create(pair.Value));

    private sealed record Nameless : DomainEvent;
}
