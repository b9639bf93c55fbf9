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
