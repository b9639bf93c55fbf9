using System.Globalization;
using Switchboard.Cases;

namespace Switchboard.Grains.Tests.Aggregates;

/// <summary>The same check over the store in memory and over PostgreSQL.</summary>
internal static class ParallelUpdates
{
    public static async Task RunAsync(GrainWorld world)
    {
        const int updates = 200;
        var opened = await world.OpenAsync("title 0");

        var outcomes = await Task.WhenAll(Enumerable.Range(1, updates).Select(i =>
            world.DoAsync(opened.Id, new SetTitle(string.Create(CultureInfo.InvariantCulture, $"title {i}")), world.By(world.Ana))));

        outcomes.ShouldAllBe(outcome => outcome.Succeeded);
        outcomes.Select(outcome => outcome.Value!.Version).Order().ShouldBe(Enumerable.Range(2, updates).Select(version => (long)version));
        var changes = (await world.StreamAsync(opened.Id)).Skip(1).Select(recorded => (TitleChanged)recorded.Body).ToList();
        changes.Count.ShouldBe(updates);
        var title = "title 0";
        foreach (var change in changes)
        {
            change.From.ShouldBe(title, "each was decided on the state that the one before left");
            title = change.To;
        }

        changes.Select(change => change.To).Distinct().Count().ShouldBe(updates);
        (await world.GetCaseAsync(opened.Id))!.Title.ShouldBe(title);
    }
}
