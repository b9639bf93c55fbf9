using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;

namespace Switchboard.Grains.Tests.Cases;

public sealed class RebuildTests(ITestOutputHelper output)
{
    [Fact]
    public void Folding_the_events_of_any_history_from_scratch_gives_the_rows_that_were_written_on_the_way()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        for (var history = 0; history < 200; history++)
        {
            var random = new RandomCommands(seed + history);
            var story = CaseStory.Opened(random.Opening());
            for (var i = 0; i < 40; i++)
            {
                var actor = random.Pick<Actor>([CaseStory.Ana, CaseStory.Ben]);
                if (random.NextIsComment())
                {
                    story.Do(random.Comment(), actor);
                }
                else
                {
                    story.Do(random.Command(), actor: actor);
                }
            }

            var rebuild = new CaseRebuild();
            foreach (var recorded in story.Events)
            {
                rebuild.Apply(recorded);
            }

            rebuild.Case.ShouldBe(story.Case, $"seed {seed}, history {history}");
            rebuild.Cells.ShouldBe(story.Cells, $"seed {seed}, history {history}");
            rebuild.Case!.Version.ShouldBe(story.Events.Count);
        }
    }

    [Fact]
    public void What_a_history_leaves_behind_is_consistent_in_itself()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        for (var history = 0; history < 200; history++)
        {
            var random = new RandomCommands(seed + history);
            var story = CaseStory.Opened(random.Opening());
            for (var i = 0; i < 40; i++)
            {
                var before = story.Case!;
                if (random.NextIsComment())
                {
                    story.Do(random.Comment());
                    var unwatched = before.Details with { Watchers = story.Case!.Details.Watchers };
                    (story.Case with { Version = 0, CommentCount = 0 }).ShouldBe(before with { Version = 0, CommentCount = 0, Details = unwatched });
                }
                else
                {
                    var plan = story.Do(random.Command());
                    story.Case!.Version.ShouldBe(before.Version + (plan.Error is null ? plan.Events.Length : 0), $"seed {seed}, history {history}");
                    ReferenceEquals(story.Case, before).ShouldBe(plan.Error is not null || plan.Events.IsEmpty);
                }

                var type = CaseTypes.Find(story.Case!.TypeId)!;
                type[story.Case.StatusGroup].Names.ShouldContain(story.Case.StatusName);
                (story.Case.ClosedAt is not null).ShouldBe(story.Case.StatusGroup == StatusGroup.Closed, $"seed {seed}, history {history}");
                (story.Case.Details.ClosedReason is null || story.Case.StatusGroup == StatusGroup.Closed).ShouldBeTrue($"seed {seed}, history {history}");
                story.Case.CommentCount.ShouldBe(story.Cells.Count(cell => cell.Kind == "COMMENT" && cell.DeletedAt is null));
                story.Case.Title.ShouldNotBeNullOrWhiteSpace();
            }
        }
    }
}
