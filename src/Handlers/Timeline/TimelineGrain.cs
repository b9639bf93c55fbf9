using Orleans;

namespace Switchboard.Handlers.Timeline;

/// <summary>Takes a case's events for the timeline.</summary>
[ImplicitStreamSubscription("timeline")]
internal sealed class TimelineGrain(HandlerHost<TimelineHandler> host) : HandlerGrain<TimelineHandler>(host);
