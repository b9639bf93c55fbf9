namespace Switchboard.Storage.Search;

/// <summary>Makes the search index anew from the cases' rows, while searches and changes go on.</summary>
public interface ISearchRebuild
{
    /// <summary>Rebuilds; searches see the old index until the new one is whole.</summary>
    /// <param name="progress">Told how many cases are in the new index so far; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up; the old index stays, and nothing of the new one is seen.</param>
    /// <returns>How many cases were written; null when another process is rebuilding just now.</returns>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    /// <exception cref="Elasticsearch.ElasticsearchException">The index cannot be written.</exception>
    ValueTask<long?> RebuildAsync(IProgress<long>? progress, CancellationToken cancellationToken);
}
