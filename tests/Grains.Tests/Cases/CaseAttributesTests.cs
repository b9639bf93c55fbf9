using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CaseAttributesTests
{
    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> Empty =
        ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);

    [Fact]
    public void The_whole_map_is_replaced()
    {
        var story = CaseStory.Opened(CaseStory.Opening with { Attributes = Empty.Add("team", ["a"]).Add("env", ["prod"]) });

        story.Do(new ReplaceAttributes(Empty.Add("service", ["web", "web", ""])));

        story.Case!.Attributes.Keys.ShouldBe(["service"]);
        story.Case.Attributes["service"].ShouldBe(["web", "web", ""]);
    }

    [Fact]
    public void The_same_map_in_other_letter_case_of_keys_changes_nothing_but_the_order_of_values_counts()
    {
        var story = CaseStory.Opened(CaseStory.Opening with { Attributes = Empty.Add("team", ["a", "b"]) });

        story.Do(new ReplaceAttributes(Empty.Add("TEAM", ["a", "b"]))).Events.ShouldBeEmpty();
        story.Do(new ReplaceAttributes(Empty.Add("team", ["b", "a"]))).Events.Length.ShouldBe(1);
    }

    [Fact]
    public void Keys_that_differ_by_letter_case_only_are_refused() =>
        Refusal(Empty.Add("Team", ["a"]).Add("team", ["b"])).ShouldContain("more than once");

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("a\0")]
    [InlineData("a\"b")]
    public void A_key_that_no_search_could_name_is_refused(string key) => Refusal(Empty.Add(key, ["x"])).ShouldContain("attribute key");

    [Theory]
    [InlineData("kube_cluster")]
    [InlineData("app.kubernetes.io-name")]
    [InlineData("@http.status")]
    [InlineData("größe")]
    public void A_key_of_letters_digits_and_the_marks_of_a_search_key_is_taken(string key)
    {
        var story = CaseStory.Opened();
        story.Do(new ReplaceAttributes(Empty.Add(key, ["x"]))).Error.ShouldBeNull();
        story.Case!.Attributes.Keys.ShouldBe([key]);
    }

    [Fact]
    public void Numbers_and_lengths_are_bounded()
    {
        Refusal(Empty.AddRange(Enumerable.Range(0, 101).Select(i => KeyValuePair.Create($"k{i}", ImmutableArray.Create("v")))))
            .ShouldBe("attributes has 101 keys; at most 100 are allowed");
        Refusal(Empty.Add(new string('k', 201), [])).ShouldContain("201 characters");
        Refusal(Empty.Add("k", [.. Enumerable.Repeat("v", 101)])).ShouldContain("101 values");
        Refusal(Empty.Add("k", [new string('v', 1_001)])).ShouldContain("1001 characters");
        Refusal(Empty.Add("k", ["\0"])).ShouldContain("U+0000");
        Refusal(Empty.Add("k", [.. Enumerable.Repeat(new string('v', 1_000), 66)])).ShouldContain("in keys and values");
    }

    private static string Refusal(ImmutableSortedDictionary<string, ImmutableArray<string>> attributes)
    {
        var error = CaseStory.Opened().Do(new ReplaceAttributes(attributes)).Error.ShouldNotBeNull();
        error.Kind.ShouldBe(ErrorKind.Invalid);
        return error.Detail!;
    }
}
