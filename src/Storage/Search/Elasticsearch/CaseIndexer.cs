using Switchboard.Events;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>Writes to the index what an event changed.</summary>
public interface ICaseIndexer
{
    /// <summary>Whether there is an index that has to be written; false where PostgreSQL searches.</summary>
    bool IsNeeded => true;

    /// <summary>
    /// Writes the case of an event as its row is now; returns when it is written, or noted to be caught up because the cluster is away.
    /// Does nothing with another engine than Elasticsearch.
    /// </summary>
    /// <exception cref="ElasticsearchException">The index refuses the case for good.</exception>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    Task WriteAsync(EventRecord record, CancellationToken cancellationToken);
}

/// <summary>Writes through the lane that all cases share.</summary>
internal sealed class CaseIndexer(IndexLane lane) : ICaseIndexer
{
    /// <inheritdoc/>
    public Task WriteAsync(EventRecord record, CancellationToken cancellationToken) =>
        lane.WriteAsync(record.StreamId, record.Version, new(record.Epoch, record.Tx), cancellationToken);
}

/// <summary>PostgreSQL's indexes follow the rows by themselves.</summary>
internal sealed class NoCaseIndexer : ICaseIndexer
{
    /// <inheritdoc/>
    public bool IsNeeded => false;

    /// <inheritdoc/>
    public Task WriteAsync(EventRecord record, CancellationToken cancellationToken) => Task.CompletedTask;
}
