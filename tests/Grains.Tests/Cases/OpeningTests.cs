using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Tests.Cases;

public sealed class OpeningTests
{
    [Fact]
    public void A_new_case_has_the_key_of_its_project_and_the_defaults_of_its_type()
    {
        var story = CaseStory.Opened();

        var opened = story.Case.ShouldNotBeNull();
        opened.Key.ShouldBe("NOC-42");
        opened.PublicId.ShouldBe(1093);
        opened.Version.ShouldBe(1);
        (opened.StatusName, opened.StatusGroup).ShouldBe(("Open", StatusGroup.Open));
        opened.Priority.ShouldBe(CasePriority.NotDefined);
        opened.CreatedBy.ShouldBe(CaseStory.Ana.Id);
        opened.CreatedAt.ShouldBe(story.Now);
        opened.AssigneeId.ShouldBeNull();
        opened.ModifiedAt.ShouldBeNull();
        opened.ModifiedBy.ShouldBeNull();
        opened.ClosedAt.ShouldBeNull();
    }

    [Fact]
    public void A_case_may_be_opened_in_any_status_of_its_type_in_any_letter_case()
    {
        var opened = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.ChangeRequest.Id, StatusName = "pending approval" }).Case!;

        (opened.StatusName, opened.StatusGroup).ShouldBe(("Pending Approval", StatusGroup.InProgress));
    }

    [Fact]
    public void A_case_that_is_opened_closed_has_the_time_of_closing()
    {
        var story = CaseStory.Opened(CaseStory.Opening with { StatusName = "Closed" });

        story.Case!.ClosedAt.ShouldBe(story.Now);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void An_empty_title_is_malformed(string title) =>
        new CaseStory().Do(CaseStory.Opening with { Title = title }).Error!.Kind.ShouldBe(ErrorKind.Malformed);

    [Fact]
    public void A_title_of_two_megabytes_is_refused_with_its_length()
    {
        var error = new CaseStory().Do(CaseStory.Opening with { Title = new string('x', 2_000_000) }).Error!;

        error.ShouldBe(DomainError.Invalid("title has 2000000 characters; at most 1000 are allowed"));
    }

    [Fact]
    public void A_text_that_the_database_cannot_hold_is_refused()
    {
        foreach (var text in (string[])["a\0b", "a\ud800b", "a\udc00", "\ud83d", "\udd25\ud83d"])
        {
            new CaseStory().Do(CaseStory.Opening with { Title = text }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
            new CaseStory().Do(CaseStory.Opening with { Description = text }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        }
    }

    [Fact]
    public void A_title_may_hold_characters_outside_the_basic_plane() =>
        CaseStory.Opened(CaseStory.Opening with { Title = "\ud83d\udd25 disk" }).Case!.Title.ShouldBe("\ud83d\udd25 disk");

    [Fact]
    public void An_unknown_project_is_not_found() =>
        new CaseStory().Do(CaseStory.Opening, new CaseFacts { Type = CaseTypes.Standard })
            .Error.ShouldBe(DomainError.NotFound("project not found"));

    [Fact]
    public void An_unknown_type_is_not_found() =>
        new CaseStory().Do(CaseStory.Opening with { TypeId = Guid.Empty }).Error.ShouldBe(DomainError.NotFound("case_type not found"));

    [Fact]
    public void An_unknown_assignee_is_not_found() =>
        new CaseStory().Do(
                CaseStory.Opening with { AssigneeId = CaseStory.Ben.Id },
                new CaseFacts { Project = CaseStory.Project, Type = CaseTypes.Standard })
            .Error.ShouldBe(DomainError.NotFound("user not found"));

    [Fact]
    public void A_status_of_another_type_is_refused_with_the_ones_that_there_are() =>
        new CaseStory().Do(CaseStory.Opening with { StatusName = "Declined" })
            .Error.ShouldBe(DomainError.Invalid("invalid status Declined. Must be one of Open, In Progress, Closed"));

    [Fact]
    public void A_malformed_request_is_told_before_an_unknown_project() =>
        new CaseStory().Do(CaseStory.Opening with { Title = "" }, default(CaseFacts)).Error!.Kind.ShouldBe(ErrorKind.Malformed);

    [Fact]
    public void A_case_is_opened_once() =>
        CaseStory.Opened().Do(CaseStory.Opening).Error!.Kind.ShouldBe(ErrorKind.Conflict);

    [Fact]
    public void The_first_attributes_are_kept_in_lower_case()
    {
        var attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("Team", ["web", "DB"]);

        var opened = CaseStory.Opened(CaseStory.Opening with { Attributes = attributes }).Case!;

        opened.Attributes.Keys.ShouldBe(["team"]);
        opened.Attributes["team"].ShouldBe(["web", "DB"]);
    }

    [Fact]
    public void Opening_writes_the_row_its_text_and_a_cell()
    {
        var plan = new CaseStory().Do(CaseStory.Opening);

        plan.Changes.OfType<CaseWritten>().Single().TextChanged.ShouldBeTrue();
        plan.Changes.OfType<CellAdded>().Single().Cell.Kind.ShouldBe("CASE_CREATED");
        plan.Changes.Length.ShouldBe(2);
    }
}
