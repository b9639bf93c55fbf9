using Orleans;

namespace Switchboard.Handlers.Evp;

/// <summary>Takes the events of one aggregate for the lake.</summary>
[ImplicitStreamSubscription("evp-indexer")]
internal sealed class EvpGrain(HandlerHost<EvpHandler> host) : HandlerGrain<EvpHandler>(host);
