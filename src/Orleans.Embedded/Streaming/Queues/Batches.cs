using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Events of one stream that were written together.</summary>
public interface IBatchContainer
{
    /// <summary>The stream.</summary>
    StreamId StreamId { get; }

    /// <summary>Its place in the queue.</summary>
    StreamSequenceToken SequenceToken { get; }

    /// <summary>The events of a type with their places.</summary>
    IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>();

    /// <summary>Sets the request context that the events were written with; false if there was none.</summary>
    bool ImportRequestContext();
}

/// <summary>Several batches that are delivered together.</summary>
public interface IBatchContainerBatch : IBatchContainer
{
    /// <summary>The batches.</summary>
    List<IBatchContainer> BatchContainers { get; }
}

/// <summary>Several batches of one stream that are delivered together.</summary>
[GenerateSerializer]
[Immutable]
public sealed class BatchContainerBatch : IBatchContainerBatch
{
    /// <summary>Puts batches together; there must be one.</summary>
    public BatchContainerBatch(List<IBatchContainer> batchContainers)
    {
        ArgumentNullException.ThrowIfNull(batchContainers);
        ArgumentOutOfRangeException.ThrowIfZero(batchContainers.Count, nameof(batchContainers));
        BatchContainers = batchContainers;
        StreamId = batchContainers[0].StreamId;
        SequenceToken = batchContainers[0].SequenceToken;
    }

    /// <inheritdoc/>
    [Id(0)]
    public StreamId StreamId { get; }

    /// <summary>The place of the first batch.</summary>
    [Id(1)]
    public StreamSequenceToken SequenceToken { get; }

    /// <inheritdoc/>
    [Id(2)]
    public List<IBatchContainer> BatchContainers { get; }

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => BatchContainers.SelectMany(batch => batch.GetEvents<T>());

    /// <inheritdoc/>
    public bool ImportRequestContext() => BatchContainers[0].ImportRequestContext();
}
