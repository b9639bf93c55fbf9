using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Tests.Cases;

public sealed class ClosedReasonTests
{
    [Fact]
    public void A_reason_comes_with_closing_or_after_it_and_goes_with_reopening()
    {
        var story = CaseStory.Opened();
        story.Do(new SetStatus(null, StatusGroup.Closed, ClosedReasons.WontDo));
        story.Case!.Details.ClosedReason.ShouldBe("WONT_DO");
        story.Do(new SetClosedReason(ClosedReasons.Obsolete));
        story.Do(new SetStatus("Open", null));

        story.Case!.Details.ClosedReason.ShouldBeNull();
        story.Events.Select(recorded => recorded.Body).OfType<ClosedReasonChanged>().ShouldBe(
            [new(null, "WONT_DO"), new("WONT_DO", "OBSOLETE"), new("OBSOLETE", null)]);
    }

    [Fact]
    public void An_open_case_has_no_reason()
    {
        var story = CaseStory.Opened();
        story.Do(new SetClosedReason("DONE")).Error!.Detail!.ShouldStartWith("only a closed case");
        story.Do(new SetStatus("In Progress", null, "DONE")).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        story.Do(new SetStatus(null, StatusGroup.Closed, "BECAUSE")).Error!.Detail!.ShouldStartWith("unknown closed_reason");
        story.Case!.StatusGroup.ShouldBe(StatusGroup.Open);
    }

    [Fact]
    public void Closing_again_with_another_reason_changes_the_reason_only()
    {
        var story = CaseStory.Opened();
        story.Do(new SetStatus(null, StatusGroup.Closed));
        var closedAt = story.Case!.ClosedAt;
        story.Do(new SetStatus(null, StatusGroup.Closed, "DONE")).Events.Length.ShouldBe(1);
        story.Do(new SetStatus(null, StatusGroup.Closed, "DONE")).Events.ShouldBeEmpty();
        story.Do(new SetStatus(null, StatusGroup.Closed)).Events.ShouldBeEmpty();

        (story.Case!.Details.ClosedReason, story.Case.ClosedAt).ShouldBe(("DONE", closedAt));
    }

    [Theory]
    [InlineData("FALSE_POSITIVE", "FALSE_POSITIVE")]
    [InlineData("TRUE_POSITIVE", "DONE")]
    [InlineData("BENIGN_POSITIVE", "BENIGN")]
    [InlineData("SOMETHING_ELSE", "OTHER")]
    public void A_security_cases_resolved_reason_leads_to_its_family_before_and_after_closing(string resolved, string family)
    {
        var story = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.Security.Id });
        story.Do(new SetResolvedReason(resolved));
        story.Case!.Details.ClosedReason.ShouldBeNull();
        story.Do(new SetStatus(null, StatusGroup.Closed));
        story.Case!.Details.ClosedReason.ShouldBe(family);

        story.Do(new SetClosedReason("OBSOLETE"));
        story.Do(new SetResolvedReason("DUPLICATE"));
        (story.Case!.Details.ResolvedReason, story.Case.Details.ClosedReason).ShouldBe(("DUPLICATE", "DUPLICATE"));
    }
}
