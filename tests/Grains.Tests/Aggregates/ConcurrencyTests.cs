using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Aggregates;

public sealed class ConcurrencyTests : IAsyncLifetime
{
    private readonly InMemoryStore _store = new();
    private GrainWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await GrainWorld.StartAsync(_store);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public Task Two_hundred_parallel_updates_of_one_case_are_all_applied_in_order_and_none_is_lost() => ParallelUpdates.RunAsync(_world);

    [Fact]
    public async Task A_command_that_loses_against_another_writer_is_decided_again_on_the_new_state()
    {
        var opened = await _world.OpenAsync();
        await _world.GetCaseAsync(opened.Id);
        await using var other = await _world.SplitAsync(_store);
        var turns = 0;
        _store.BeforeAppend = async request =>
        {
            if (request.Stream.Id == opened.Id && Interlocked.Increment(ref turns) == 1)
            {
                await other.DoAsync(opened.Id, new SetTitle("by the other"), other.By(_world.Ben));
            }
        };

        var outcome = await _world.DoAsync(opened.Id, new SetTitle("by me"), _world.By(_world.Ana));

        outcome.Value!.Version.ShouldBe(3);
        (await _world.StreamAsync(opened.Id)).Skip(1).Select(recorded => recorded.Body).ShouldBe(
            [new TitleChanged("Disk filling on db-3", "by the other"), new TitleChanged("by the other", "by me")]);
    }

    [Fact]
    public async Task A_command_that_the_other_writer_made_pointless_changes_nothing()
    {
        var opened = await _world.OpenAsync();
        await using var other = await _world.SplitAsync(_store);
        await _world.GetCaseAsync(opened.Id);
        await other.DoAsync(opened.Id, new Archive(), other.By(_world.Ben));

        var outcome = await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana));

        outcome.Value!.ModifiedBy.ShouldBe(_world.Ben.Id);
        (await _world.StreamAsync(opened.Id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_writer_that_loses_five_times_in_a_row_gives_up_and_says_so()
    {
        var opened = await _world.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            _store.Faults.Next(StoreFault.Conflict);
        }

        var fault = await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana)));

        fault.Message.ShouldContain("5 times");
        (await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana))).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task Two_silos_that_know_nothing_of_each_other_lose_no_update_and_apply_none_twice()
    {
        var opened = await _world.OpenAsync();
        await using var other = await _world.SplitAsync(_store);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var world = i % 2 == 0 ? _world : other;
            while (true)
            {
                try
                {
                    var comment = new AddComment(Guid.NewGuid(), $"comment {i}");
                    (await world.DoAsync(opened.Id, comment, world.By(_world.Ana, $"k{i}"))).Error.ShouldBeNull();
                    return;
                }
                catch (StorageUnavailableException)
                {
                    // Lost five times in a row: again, under the same idempotency key.
                }
            }
        }));

        var stream = await _world.StreamAsync(opened.Id);
        stream.Select(recorded => recorded.Version).ShouldBe(Enumerable.Range(1, 101).Select(version => (long)version));
        stream.Select(recorded => recorded.Body).OfType<CommentAdded>().Select(added => added.Message)
            .ShouldBe(Enumerable.Range(0, 100).Select(i => $"comment {i}"), ignoreOrder: true);
        await _world.RefreshCaseAsync(opened.Id);
        (await _world.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(100);
    }
}
