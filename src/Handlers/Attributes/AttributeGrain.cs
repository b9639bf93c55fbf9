using Orleans;

namespace Switchboard.Handlers.Attributes;

/// <summary>Takes the events of one case for the counts of attributes.</summary>
[ImplicitStreamSubscription("attributes-indexer")]
internal sealed class AttributeGrain(HandlerHost<AttributeHandler> host) : HandlerGrain<AttributeHandler>(host);
