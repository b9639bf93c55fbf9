using Orleans;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>Takes the alerts of one dedup key.</summary>
[ImplicitStreamSubscription("case-indexer")]
internal sealed class CaseIndexerGrain(HandlerHost<CaseIndexerHandler> host) : HandlerGrain<CaseIndexerHandler>(host);
