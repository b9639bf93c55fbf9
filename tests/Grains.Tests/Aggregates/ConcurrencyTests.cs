using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Testing.Postgres;

namespace Switchboard.Grains.Tests.Aggregates;

public abstract class ConcurrencyTests(DatabaseFixture? database) : GrainTests(database)
{
    [Fact]
    public Task Two_hundred_parallel_updates_of_one_case_are_all_applied_in_order_and_none_is_lost() => ParallelUpdates.RunAsync(World);

    [Fact]
    public async Task A_command_that_the_other_writer_made_pointless_changes_nothing()
    {
        var opened = await World.OpenAsync();
        await using var other = await World.SplitAsync();
        await World.GetCaseAsync(opened.Id);
        await other.DoAsync(opened.Id, new Archive(), other.By(World.Ben));

        var outcome = await World.DoAsync(opened.Id, new Archive(), World.By(World.Ana));

        outcome.Value!.ModifiedBy.ShouldBe(World.Ben.Id);
        (await World.StreamAsync(opened.Id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Two_silos_that_know_nothing_of_each_other_lose_no_update_and_apply_none_twice()
    {
        var opened = await World.OpenAsync();
        await using var other = await World.SplitAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var world = i % 2 == 0 ? World : other;
            while (true)
            {
                try
                {
                    var comment = new AddComment(Guid.NewGuid(), $"comment {i}");
                    (await world.DoAsync(opened.Id, comment, world.By(World.Ana, $"k{i}"))).Error.ShouldBeNull();
                    return;
                }
                catch (StorageUnavailableException)
                {
                    // Lost five times in a row: again, under the same idempotency key.
                }
            }
        }));

        var stream = await World.StreamAsync(opened.Id);
        stream.Select(recorded => recorded.Version).ShouldBe(Enumerable.Range(1, 101).Select(version => (long)version));
        stream.Select(recorded => recorded.Body).OfType<CommentAdded>().Select(added => added.Message)
            .ShouldBe(Enumerable.Range(0, 100).Select(i => $"comment {i}"), ignoreOrder: true);
        await World.RefreshCaseAsync(opened.Id);
        (await World.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(100);
    }

    public sealed class InMemory() : ConcurrencyTests(null);

    public sealed class OnPostgres(DatabaseFixture database) : ConcurrencyTests(database), IClassFixture<DatabaseFixture>;
}
