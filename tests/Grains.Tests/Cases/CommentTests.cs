using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CommentTests
{
    private static readonly Guid Cell = Guid.Parse("0e000000-0000-0000-0000-000000000001");

    [Fact]
    public void A_comment_is_a_cell_of_the_timeline_and_counts()
    {
        var story = CaseStory.Opened();

        var cell = story.Do(new AddComment(Cell, "Rebooted, \"watching\"."), CaseStory.Ben).Answer!;

        (cell.Id, cell.Kind, cell.Author, cell.CreatedAt, cell.CaseVersion).ShouldBe((Cell, "COMMENT", CaseStory.Ben, story.Now, 2L));
        CaseTimeline.MessageOf(cell).ShouldBe("Rebooted, \"watching\".");
        story.Case!.CommentCount.ShouldBe(1);
    }

    [Fact]
    public void Comments_do_not_modify_the_case_itself()
    {
        var story = CaseStory.Opened();
        story.Do(new AddComment(Cell, "one"));
        story.Do(new EditComment(Cell, "two"));
        story.Do(new DeleteComment(Cell));

        story.Case!.ModifiedAt.ShouldBeNull();
        story.Case.Version.ShouldBe(4);
    }

    [Fact]
    public void An_edit_changes_the_cell_in_place_and_keeps_the_old_text_in_the_event()
    {
        var story = CaseStory.Opened();
        var added = story.Do(new AddComment(Cell, "one")).Answer!;

        var plan = story.Do(new EditComment(Cell, "two"));

        plan.Events.Single().Body.ShouldBe(new CommentEdited(Cell, "one", "two"));
        plan.Changes.OfType<CellChanged>().Single().Cell.ShouldBe(plan.Answer);
        plan.Answer.ShouldBe(added with { Content = """{"message":"two"}""", ModifiedAt = story.Now });
        story.Case!.CommentCount.ShouldBe(1);
    }

    [Fact]
    public void An_edit_to_the_same_text_changes_nothing()
    {
        var story = CaseStory.Opened();
        var added = story.Do(new AddComment(Cell, "one")).Answer;

        var plan = story.Do(new EditComment(Cell, "one"));

        plan.Events.ShouldBeEmpty();
        plan.Answer.ShouldBe(added);
    }

    [Fact]
    public void A_deleted_comment_is_marked_no_longer_counted_and_not_found_the_next_time()
    {
        var story = CaseStory.Opened();
        story.Do(new AddComment(Cell, "one"));

        var plan = story.Do(new DeleteComment(Cell));

        plan.Events.Single().Body.ShouldBe(new CommentDeleted(Cell, "one"));
        plan.Answer!.DeletedAt.ShouldBe(story.Now);
        story.Case!.CommentCount.ShouldBe(0);
        var notFound = DomainError.NotFound("failed to get timeline cell: timeline cell not found");
        story.Do(new DeleteComment(Cell)).Error.ShouldBe(notFound);
        story.Do(new EditComment(Cell, "x")).Error.ShouldBe(notFound);
    }

    [Fact]
    public void An_unknown_comment_is_not_found()
    {
        var story = CaseStory.Opened();
        story.Do(new EditComment(Cell, "x")).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        story.Do(new DeleteComment(Cell)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public void A_case_that_does_not_exist_is_not_found() =>
        new CaseStory().Do(new AddComment(Cell, "x")).Error.ShouldBe(DomainError.NotFound("case not found"));

    [Fact]
    public void Only_the_author_or_a_manager_of_the_project_may_change_a_comment()
    {
        var story = CaseStory.Opened();
        story.Do(new AddComment(Cell, "one"), CaseStory.Ana);

        story.Do(new EditComment(Cell, "two"), CaseStory.Ben).Error!.Kind.ShouldBe(ErrorKind.Forbidden);
        story.Do(new DeleteComment(Cell), CaseStory.Ben).Error!.Kind.ShouldBe(ErrorKind.Forbidden);
        story.Do(new EditComment(Cell, "two"), new Actor(ActorKind.ApiKey, CaseStory.Ana.Id)).Error!.Kind.ShouldBe(ErrorKind.Forbidden);
        story.Do(new EditComment(Cell, "two"), CaseStory.Ana).Error.ShouldBeNull();
        var edited = story.Do(new EditComment(Cell, "three"), CaseStory.Ben, managesProject: true).Answer!;
        edited.Author.ShouldBe(CaseStory.Ana, "the comment stays its author's");
        story.Do(new DeleteComment(Cell), CaseStory.Ben, managesProject: true).Error.ShouldBeNull();
    }

    [Fact]
    public void The_trace_of_a_change_cannot_be_edited_or_deleted()
    {
        var story = CaseStory.Opened();
        var trace = story.Cells.Single().Id;

        story.Do(new EditComment(trace, "x"), managesProject: true).Error!.Detail!.ShouldContain("CASE_CREATED");
        story.Do(new DeleteComment(trace), managesProject: true).Error!.Kind.ShouldBe(ErrorKind.Invalid);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void An_empty_comment_is_malformed(string text)
    {
        var story = CaseStory.Opened();
        story.Do(new AddComment(Cell, "one"));
        story.Do(new AddComment(Guid.Empty, text)).Error!.Kind.ShouldBe(ErrorKind.Malformed);
        story.Do(new EditComment(Cell, text)).Error!.Kind.ShouldBe(ErrorKind.Malformed);
    }

    [Fact]
    public void A_comment_is_bounded_and_storable()
    {
        CaseStory.Opened().Do(new AddComment(Cell, new string('x', Limits.Comment))).Error.ShouldBeNull();
        CaseStory.Opened().Do(new AddComment(Cell, new string('x', Limits.Comment + 1))).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        CaseStory.Opened().Do(new AddComment(Cell, "\0")).Error!.Kind.ShouldBe(ErrorKind.Invalid);
    }
}
