using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;

namespace Switchboard.Grains.Tests.Cases;

public sealed class TaskTests
{
    private static readonly Guid First = Guid.Parse("0f000000-0000-0000-0000-000000000001");
    private static readonly Guid Second = Guid.Parse("0f000000-0000-0000-0000-000000000002");
    private static readonly Guid Third = Guid.Parse("0f000000-0000-0000-0000-000000000003");

    [Fact]
    public void Tasks_keep_the_order_in_which_they_were_added_or_the_place_that_was_asked_for()
    {
        var story = CaseStory.Opened();
        story.Do(new AddTask(First, "first", null, null));
        story.Do(new AddTask(Second, "second", null, 99));
        story.Do(new AddTask(Third, "third", CaseStory.Ben.Id, 1));

        Titles(story).ShouldBe(["first", "third", "second"]);
        story.Events.Last().Body.ShouldBe(new TaskAdded(Third, new TaskContent("third", false, CaseStory.Ben.Id, 1)));
        story.Case!.ModifiedAt.ShouldBe(story.Now);
    }

    [Fact]
    public void A_change_says_what_the_task_was_and_what_it_is()
    {
        var story = With("first", "second", "third");
        story.Do(new ChangeTask(First, "1st", true, CaseStory.Ben.Id, false, 2), actor: CaseStory.Ben);

        story.Events.Last().Body.ShouldBe(new TaskChanged(
            First, new TaskContent("first", false, null, 0), new TaskContent("1st", true, CaseStory.Ben.Id, 2)));
        Titles(story).ShouldBe(["second", "third", "1st"]);
        var task = story.Case!.Details.Tasks[2];
        (task.DoneBy, task.DoneAt, task.AssigneeId, task.CreatedBy).ShouldBe((CaseStory.Ben.Id, story.Now, CaseStory.Ben.Id, CaseStory.Ana.Id));
        story.Cells.Last().Content.ShouldContain("\"from\":{\"title\":\"first\",\"done\":false,\"position\":0}");

        story.Do(new ChangeTask(First, null, false, null, true, null));
        task = story.Case!.Details.Tasks[2];
        (task.DoneBy, task.DoneAt, task.AssigneeId).ShouldBe((null, null, null));
    }

    [Fact]
    public void A_change_that_changes_nothing_leaves_no_trace()
    {
        var story = With("first", "second");
        var before = story.Case;
        story.Do(new ChangeTask(Second, "second", false, null, true, 7)).Events.ShouldBeEmpty();
        story.Case.ShouldBeSameAs(before);
    }

    [Fact]
    public void A_removed_task_is_gone_and_the_others_move_up()
    {
        var story = With("first", "second", "third");
        story.Do(new RemoveTask(Second));

        Titles(story).ShouldBe(["first", "third"]);
        story.Events.Last().Body.ShouldBe(new TaskRemoved(Second, new TaskContent("second", false, null, 1)));
        story.Do(new RemoveTask(Second)).Error!.Title.ShouldBe("case task not found");
        story.Do(new ChangeTask(Second, "x", null, null, false, null)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public void What_is_too_much_or_malformed_is_refused()
    {
        var story = CaseStory.Opened();
        story.Do(new AddTask(First, " ", null, null)).Error!.Kind.ShouldBe(ErrorKind.Malformed);
        story.Do(new AddTask(First, "x", null, -1)).Error!.Kind.ShouldBe(ErrorKind.Malformed);
        story.Do(new AddTask(First, new string('x', 1001), null, null)).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        story.Do(new AddTask(First, "x", CaseStory.Ben.Id, null), new CaseFacts { AssigneeExists = false }).Error!.Title.ShouldBe("user not found");
        for (var i = 0; i < Limits.Tasks; i++)
        {
            story.Do(new AddTask(Guid.NewGuid(), "x", null, null)).Error.ShouldBeNull();
        }

        story.Do(new AddTask(First, "x", null, null)).Error!.Detail.ShouldBe("a case may have at most 100 tasks");
    }

    [Fact]
    public void A_case_opened_with_tasks_has_them_and_was_not_modified()
    {
        var story = CaseStory.Opened(CaseStory.Opening with { Tasks = [new NewTask(First, "first"), new NewTask(Second, "second")] });

        Titles(story).ShouldBe(["first", "second"]);
        story.Case!.ModifiedAt.ShouldBeNull();
        story.Events.Select(recorded => recorded.Body.GetType()).ShouldBe([typeof(CaseOpened), typeof(TaskAdded), typeof(TaskAdded)]);
        story.Cells.Count().ShouldBe(1);
        new CaseStory().Do(CaseStory.Opening with { Tasks = [new NewTask(First, "")] }).Error!.Kind.ShouldBe(ErrorKind.Malformed);
    }

    private static CaseStory With(params string[] titles)
    {
        var story = CaseStory.Opened();
        foreach (var (title, id) in titles.Zip([First, Second, Third]))
        {
            story.Do(new AddTask(id, title, null, null)).Error.ShouldBeNull();
        }

        return story;
    }

    private static IEnumerable<string> Titles(CaseStory story) => story.Case!.Details.Tasks.Select(task => task.Title);
}
