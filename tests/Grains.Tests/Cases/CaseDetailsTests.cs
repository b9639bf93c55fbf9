using Switchboard.Cases;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CaseDetailsTests
{
    private static readonly CaseInsight Monitor = new("MONITOR", "/monitors/1", "1");
    private static readonly CaseInsight Signal = new("SECURITY_SIGNAL", "/security/7", "7");

    [Fact]
    public void A_due_date_is_set_changed_and_cleared()
    {
        var story = CaseStory.Opened();
        var (march, april) = (new DateOnly(2026, 3, 31), new DateOnly(2026, 4, 30));
        story.Do(new SetDueDate(march));
        story.Do(new SetDueDate(april));
        story.Case!.Details.DueDate.ShouldBe(april);
        story.Do(new SetDueDate(null));

        story.Case!.Details.DueDate.ShouldBeNull();
        story.Events.Skip(1).Select(recorded => recorded.Body).ShouldBe(
            [new DueDateChanged(null, march), new DueDateChanged(march, april), new DueDateChanged(april, null)]);
        story.Cells.Last().Content.ShouldBe("""{"from":"2026-04-30","to":null}""");
    }

    [Fact]
    public void Only_a_security_case_has_a_resolved_reason()
    {
        CaseStory.Opened().Do(new SetResolvedReason("FALSE_POSITIVE")).Error!.Detail.ShouldBe("only a security case has a resolved reason");

        var story = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.Security.Id });
        story.Do(new SetResolvedReason("FALSE_POSITIVE"));
        story.Case!.Details.ResolvedReason.ShouldBe("FALSE_POSITIVE");
    }

    [Theory]
    [InlineData("")]
    [InlineData("false positive")]
    [InlineData("false_positive")]
    public void A_reason_is_written_in_capitals(string reason) =>
        CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.Security.Id }).Do(new SetResolvedReason(reason)).Error.ShouldNotBeNull();

    [Fact]
    public void An_insight_is_kept_once_by_type_and_resource()
    {
        var story = CaseStory.Opened();
        story.Do(new AddInsights([Monitor, Signal, Monitor with { Ref = "/elsewhere" }]));
        story.Do(new AddInsights([Monitor with { Ref = "/elsewhere" }])).Events.ShouldBeEmpty();

        story.Case!.Details.Insights.ShouldBe([Monitor, Signal]);
    }

    [Fact]
    public void Insights_are_removed_by_type_and_resource_and_unknown_ones_passed_over()
    {
        var story = CaseStory.Opened();
        story.Do(new AddInsights([Monitor, Signal]));
        story.Do(new RemoveInsights([Signal with { Ref = "/not/looked/at" }, new("EVENT", "/e", "9")]));

        story.Case!.Details.Insights.ShouldBe([Monitor]);
        ((InsightsRemoved)story.Events.Last().Body).Insights.ShouldBe([Signal]);
    }

    [Fact]
    public void Insights_are_checked_for_form_number_and_total()
    {
        var story = CaseStory.Opened();
        story.Do(new AddInsights([])).Error.ShouldNotBeNull();
        story.Do(new AddInsights([.. Enumerable.Range(0, 101).Select(n => Monitor with { ResourceId = $"{n}" })])).Error.ShouldNotBeNull();
        story.Do(new AddInsights([Monitor with { Type = "RUMOUR" }])).Error.ShouldNotBeNull();
        story.Do(new AddInsights([Monitor with { ResourceId = "" }])).Error.ShouldNotBeNull();
        for (var n = 0; n < Limits.Insights; n += 100)
        {
            story.Do(new AddInsights([.. Enumerable.Range(n, 100).Select(i => Monitor with { ResourceId = $"{i}" })])).Error.ShouldBeNull();
        }

        story.Do(new AddInsights([Signal])).Error!.Detail.ShouldBe("a case may have at most 500 insights");
    }

    [Fact]
    public void Who_opens_gets_or_comments_on_a_case_watches_it()
    {
        var story = CaseStory.Opened();
        story.Case!.Details.Watchers.ShouldBe([CaseStory.Ana.Id]);
        story.Do(new Unwatch(CaseStory.Ana.Id));
        story.Case.Details.Watchers.ShouldBeEmpty();
        story.Do(new AddComment(Guid.NewGuid(), "here"), CaseStory.Ben);
        story.Do(new Assign(CaseStory.Ana.Id));

        story.Case.Details.Watchers.ShouldBe([CaseStory.Ben.Id, CaseStory.Ana.Id]);
    }

    [Fact]
    public void Watching_is_no_modification_and_leaves_no_cell()
    {
        var story = CaseStory.Opened();
        var cells = story.Cells.Count();
        story.Do(new Watch(CaseStory.Ben.Id)).Events.Length.ShouldBe(1);
        story.Do(new Unwatch(CaseStory.Ben.Id)).Events.Length.ShouldBe(1);

        story.Case!.ModifiedAt.ShouldBeNull();
        story.Cells.Count().ShouldBe(cells);
    }

    [Fact]
    public void A_stranger_cannot_be_made_to_watch() =>
        CaseStory.Opened().Do(new Watch(Guid.NewGuid()), new CaseFacts()).Error!.Title.ShouldBe("user not found");

    [Fact]
    public void Details_are_written_only_when_they_change()
    {
        var story = CaseStory.Opened();
        story.Do(new SetPriority(CasePriority.P1)).Changes.OfType<CaseWritten>().Single().DetailsChanged.ShouldBeFalse();
        story.Do(new AddComment(Guid.NewGuid(), "again")).Changes.OfType<CaseWritten>().Single().DetailsChanged.ShouldBeFalse();
        story.Do(new Watch(CaseStory.Ben.Id)).Changes.OfType<CaseWritten>().Single().DetailsChanged.ShouldBeTrue();
    }
}
