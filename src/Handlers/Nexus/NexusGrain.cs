using Orleans;

namespace Switchboard.Handlers.Nexus;

/// <summary>Takes the events of one case for connected clients.</summary>
[ImplicitStreamSubscription("nexus")]
public sealed class NexusGrain(HandlerHost<NexusHandler> host) : HandlerGrain<NexusHandler>(host);
