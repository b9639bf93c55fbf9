using Orleans;

namespace Switchboard.Handlers.SearchIndexer;

/// <summary>Takes the events of one case.</summary>
[ImplicitStreamSubscription("search-indexer-es-v8")]
internal sealed class SearchIndexerGrain(HandlerHost<SearchIndexerHandler> host) : HandlerGrain<SearchIndexerHandler>(host);
