using Switchboard.Commands;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Aggregates;

/// <summary>
/// What evolving needs to know about an event besides its body. Made from a command that is being decided or from the log, so
/// that both give the same state.
/// </summary>
/// <param name="Stream">The aggregate.</param>
/// <param name="Version">The event's number in its stream, from 1.</param>
/// <param name="EventId">The event's id.</param>
/// <param name="Actor">Who caused it.</param>
/// <param name="At">When it happened, in whole microseconds.</param>
internal readonly record struct EventStamp(StreamName Stream, long Version, Guid EventId, Actor Actor, DateTimeOffset At)
{
    public static EventStamp Of(RecordedEvent recorded) =>
        new(recorded.Stream, recorded.Version, recorded.Id, recorded.Metadata.Actor, recorded.OccurredAt);
}
