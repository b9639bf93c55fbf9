using Switchboard.Events;
using Switchboard.Storage.Search.Elasticsearch;

namespace Switchboard.Handlers.SearchIndexer;

/// <summary>
/// Keeps the search index: after each event of a case its document is written from the row, as that is then, with the case's version. The
/// order of the calls does not matter therefore, nor that some are made twice. With PostgreSQL as the engine there is nothing to do.
/// </summary>
internal sealed class SearchIndexerHandler(ICaseIndexer indexer) : OutsideHandler
{
    /// <summary>Its name and policy.</summary>
    public static Flavor Definition { get; } = new("search-indexer-es-v8");

    public override Flavor Flavor => Definition;

    public override bool Wants(EventRecord record) => indexer.IsNeeded && record.StreamType == "case";

    public override ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken) =>
        new(indexer.WriteAsync(handled.Record, cancellationToken));
}
