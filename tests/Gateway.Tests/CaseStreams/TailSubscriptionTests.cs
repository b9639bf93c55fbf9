using Switchboard.Commands;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.PublicEvents;

namespace Switchboard.Gateway.Tests.CaseStreams;

public sealed class TailSubscriptionTests
{
    private readonly Guid _org = Guid.CreateVersion7();

    [Fact]
    public void Once_an_event_was_left_out_no_place_behind_it_counts_as_reached()
    {
        using var subscription = new TailSubscription(_org, mostEvents: 2, mostBytes: long.MaxValue, static _ => { });
        subscription.Offer(At(1));
        subscription.Reach(Place(1));
        subscription.Offer(At(2));
        subscription.Offer(At(3));
        subscription.TryTake(out _).ShouldBeTrue();
        subscription.Offer(At(4));
        subscription.Reach(Place(4));

        subscription.Reached.ShouldBe(Place(1).Position);
        subscription.TryTake(out var last).ShouldBeTrue();
        last.Told.Position.ShouldBe(Place(2).Position);
        subscription.TryTake(out _).ShouldBeFalse("what came after the one that was left out is read from the log, in order");
    }

    [Fact]
    public void An_event_that_is_too_large_for_what_is_left_ends_the_subscription_where_it_was()
    {
        using var subscription = new TailSubscription(_org, mostEvents: 10, mostBytes: 5000, static _ => { });
        subscription.Offer(At(1));
        subscription.Offer(At(2, new string('x', 5000)));
        subscription.Reach(Place(2));

        subscription.Reached.ShouldBeNull();
        subscription.TryTake(out _).ShouldBeTrue();
        subscription.TryTake(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_waits_is_woken_and_a_wake_before_the_wait_is_not_missed()
    {
        using var subscription = new TailSubscription(_org, mostEvents: 2, mostBytes: long.MaxValue, static _ => { });
        for (var round = 0; round < 3; round++)
        {
            subscription.Wake();
            subscription.Wake();
            await subscription.WaitAsync();
            var waiting = subscription.WaitAsync().AsTask();
            waiting.IsCompleted.ShouldBeFalse("two wakes before a wait are one");
            subscription.Wake();
            await waiting;
        }
    }

    [Fact]
    public async Task Events_that_are_offered_while_the_reader_turns_to_wait_are_all_taken()
    {
        const int Events = 20_000;
        using var subscription = new TailSubscription(_org, mostEvents: Events, mostBytes: long.MaxValue, static _ => { });
        var one = At(1);
        var offering = Task.Run(
            () =>
            {
                for (var i = 0; i < Events; i++)
                {
                    subscription.Offer(one);
                    subscription.Wake();
                }

                subscription.End();
                subscription.Wake();
            },
            TestContext.Current.CancellationToken);
        var taken = 0;
        while (true)
        {
            var ended = subscription.IsEnded;
            while (subscription.TryTake(out _))
            {
                taken++;
            }

            if (ended)
            {
                break;
            }

            await subscription.WaitAsync();
        }

        await offering;
        taken.ShouldBe(Events);
    }

    private static TailSubscription.Place Place(long seq) => new(new FeedPosition(1, 700, seq));

    private StreamedEvent At(long seq, string payload = "{}") => new(new PublicCaseEvent
    {
        Position = Place(seq).Position,
        OrgId = _org,
        CaseId = Guid.CreateVersion7(),
        Version = seq,
        EventId = Guid.CreateVersion7(),
        Type = "case.title_changed",
        Payload = payload,
        Actor = Actor.System,
        OccurredAt = DateTimeOffset.UnixEpoch,
    });
}
