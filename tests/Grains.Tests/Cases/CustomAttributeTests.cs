using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CustomAttributeTests
{
    private static CustomValue One(string type, string value) => new(type, false, [value]);

    [Theory]
    [InlineData(CustomAttributeTypes.Number, "1.5", true)]
    [InlineData(CustomAttributeTypes.Number, "-2e3", true)]
    [InlineData(CustomAttributeTypes.Number, "1e999999", false)]
    [InlineData(CustomAttributeTypes.Number, "many", false)]
    [InlineData(CustomAttributeTypes.Url, "https://example.test/a?b=c", true)]
    [InlineData(CustomAttributeTypes.Url, "javascript:alert(1)", false)]
    [InlineData(CustomAttributeTypes.Url, "/relative", false)]
    [InlineData(CustomAttributeTypes.Text, "anything", true)]
    [InlineData(CustomAttributeTypes.Text, "", false)]
    [InlineData(CustomAttributeTypes.Select, "eu", true)]
    [InlineData(CustomAttributeTypes.Select, "mars", false)]
    public void A_value_fits_its_type(string type, string value, bool fits) =>
        (CustomValueRules.Check(Attribute(type) with { Options = ["eu", "us"] }, One(type, value)) is null).ShouldBe(fits);

    [Fact]
    public void A_value_of_another_type_or_number_of_values_is_refused()
    {
        var text = Attribute(CustomAttributeTypes.Text);
        CustomValueRules.Check(text, One(CustomAttributeTypes.Url, "https://example.test")).ShouldNotBeNull();
        CustomValueRules.Check(text, new(CustomAttributeTypes.Text, true, ["a"])).ShouldNotBeNull();
        CustomValueRules.Check(text with { IsMulti = true }, new(CustomAttributeTypes.Text, true, [.. Enumerable.Repeat("a", 101)])).ShouldNotBeNull();
        CustomValueRules.Check(text with { IsMulti = true }, new(CustomAttributeTypes.Text, true, [])).ShouldBeNull();
    }

    [Fact]
    public void An_unknown_attribute_is_named_in_the_refusal() =>
        CaseStory.Opened().Do(new SetCustomValue("colour", One(CustomAttributeTypes.Text, "red"))).Error
            .ShouldBe(DomainError.NotFound("custom attribute configuration not found", "colour"));

    [Fact]
    public void A_value_is_kept_under_the_attributes_own_spelling_with_old_and_new_in_the_event()
    {
        var story = CaseStory.Opened();
        var (eu, us) = (new CustomValue(CustomAttributeTypes.Select, true, ["eu"]), new CustomValue(CustomAttributeTypes.Select, true, ["us"]));
        story.Do(new SetCustomValue("region", eu));
        story.Do(new SetCustomValue("REGION", us));
        story.Do(new ClearCustomValue("Region"));

        story.Events.Skip(1).Select(recorded => recorded.Body).ShouldBe(
            [new CustomAttributeChanged("Region", null, eu), new CustomAttributeChanged("Region", eu, us), new CustomAttributeChanged("Region", us, null)]);
        story.Case!.Details.CustomValues.ShouldBeEmpty();
        story.Cells.Last().Content.ShouldBe("""{"key":"Region","from":["us"],"to":null}""");
    }

    [Fact]
    public void A_case_is_opened_with_its_values_unmodified()
    {
        var values = ImmutableSortedDictionary<string, CustomValue>.Empty.Add("COST", One(CustomAttributeTypes.Number, "7"));
        var story = CaseStory.Opened(CaseStory.Opening with { CustomValues = values });

        story.Case!.Details.CustomValues["cost"].Values.ShouldBe(["7"]);
        story.Case.ModifiedAt.ShouldBeNull();
        story.Case.Version.ShouldBe(2);
        story.Cells.Count().ShouldBe(1);
    }

    [Fact]
    public void A_required_value_must_be_given_and_stays()
    {
        var facts = new CaseFacts
        {
            Type = CaseTypes.Standard,
            Project = CaseStory.Project,
            Number = new CaseNumber(1, 1),
            Attributes = [CaseStory.Cost with { Required = true }],
        };
        new CaseStory().Do(CaseStory.Opening, facts).Error!.Detail.ShouldBe("a case of this type needs a value of custom attribute cost");

        var story = new CaseStory();
        var values = ImmutableSortedDictionary<string, CustomValue>.Empty.Add("cost", One(CustomAttributeTypes.Number, "7"));
        story.Do(CaseStory.Opening with { CustomValues = values }, facts).Error.ShouldBeNull();
        story.Do(new ClearCustomValue("cost"), facts).Error.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\U0001F575", true)]
    [InlineData("\U0001F575\U0001F3FB\u200D\u2642\uFE0F", true)]
    [InlineData("\U0001F525\U0001F525", false)]
    [InlineData("A", false)]
    [InlineData("7", false)]
    [InlineData("fire", false)]
    public void An_emoji_is_one_emoji(string emoji, bool accepted) =>
        (CaseTypeDecider.Decide(null, new CreateCaseType("Investigation", "", emoji, null), []).Error is null).ShouldBe(accepted);

    [Fact]
    public void Statuses_are_unique_and_each_group_has_a_default()
    {
        StatusSet open = new(["New", "Open"], "New"), doing = new(["Doing"], "Doing"), done = new(["Done"], "Done");
        Decide(new(open, doing, done)).Error.ShouldBeNull();
        Decide(new(open, doing, new(["done", "DONE"], "done"))).Error.ShouldNotBeNull();
        Decide(new(open, new(["new"], "new"), done)).Error.ShouldNotBeNull();
        Decide(new(open, doing, new([], ""))).Error.ShouldNotBeNull();
        Decide(new(open, doing, new(["Done"], "Gone"))).Error.ShouldNotBeNull();

        static Grains.Aggregates.Decision<CaseTypeEvent> Decide(StatusSets statuses) =>
            CaseTypeDecider.Decide(null, new CreateCaseType("Investigation", "", "", statuses), []);
    }

    private static CustomAttribute Attribute(string type) => CaseStory.Cost with { Type = type };
}
