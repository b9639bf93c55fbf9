using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>A subscription with its observer.</summary>
internal interface IAttachedSubscription
{
    GuidId Id { get; }

    /// <summary>Where the consumer is, or wants to begin; null: it takes whatever comes.</summary>
    StreamHandshakeToken? Expected { get; }

    Task<StreamHandshakeToken?> DeliverAsync(IBatchContainer batch, StreamHandshakeToken? handshake);

    Task FailAsync(Exception exception);
}

/// <summary>A subscription with its observer, which takes events one at a time or by batches.</summary>
/// <typeparam name="T">The events.</typeparam>
internal sealed class AttachedSubscription<T>(
    GuidId id, bool isRewindable, StreamSequenceToken? start, IAsyncObserver<T>? single, IAsyncBatchObserver<T>? several)
    : IAttachedSubscription
{
    public GuidId Id => id;

    public StreamHandshakeToken? Expected { get; private set; } = isRewindable ? StreamHandshakeToken.Start(start) : null;

    public async Task<StreamHandshakeToken?> DeliverAsync(IBatchContainer batch, StreamHandshakeToken? handshake)
    {
        var delivered = isRewindable ? StreamHandshakeToken.Delivered(batch.SequenceToken) : null;
        if (Expected is { } expected && (expected != handshake || expected == delivered))
        {
            return expected;
        }

        if (several is not null)
        {
            await DeliverTogetherAsync(several, batch);
        }
        else if (batch is IBatchContainerBatch batches)
        {
            foreach (var one in batches.BatchContainers)
            {
                await DeliverOneByOneAsync(one, importContext: true);
            }
        }
        else
        {
            await DeliverOneByOneAsync(batch, importContext: false);
        }

        Expected = delivered;
        return null;
    }

    public Task FailAsync(Exception exception) => several?.OnErrorAsync(exception) ?? single!.OnErrorAsync(exception);

    private static async Task DeliverTogetherAsync(IAsyncBatchObserver<T> observer, IBatchContainer batch)
    {
        List<SequentialItem<T>> items = [.. batch.GetEvents<T>().Select(it => new SequentialItem<T>(it.Item1, it.Item2))];
        if (items.Count != 0)
        {
            await observer.OnNextAsync(items);
        }
    }

    private async Task DeliverOneByOneAsync(IBatchContainer batch, bool importContext)
    {
        var hasContext = importContext && batch.ImportRequestContext();
        try
        {
            foreach (var (item, token) in batch.GetEvents<T>())
            {
                await single!.OnNextAsync(item, token);
            }
        }
        finally
        {
            if (hasContext)
            {
                RequestContext.Clear();
            }
        }
    }
}
