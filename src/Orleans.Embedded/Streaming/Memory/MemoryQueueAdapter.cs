using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Streams;

/// <summary>
/// Queues in memory. Events are copied on their way in, and again for each consumer, as if they had been serialized. The queues outlive
/// the agents, so that events written while these stand still are not lost.
/// </summary>
internal sealed class MemoryQueueAdapter : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    /// <summary>How many batches the cache of a queue holds.</summary>
    private const int CacheSize = 16_384;

    /// <summary>How many of them stay readable although they were delivered.</summary>
    private const int Kept = CacheSize / 2;

    private readonly DeepCopier _copier;
    private readonly HashRingBasedStreamQueueMapper _mapper;
    private readonly ConcurrentDictionary<QueueId, MemoryQueue> _queues = new();

    private MemoryQueueAdapter(string name, HashRingStreamQueueMapperOptions options, DeepCopier copier)
    {
        Name = name;
        _copier = copier;
        _mapper = new HashRingBasedStreamQueueMapper(options, name);
    }

    public string Name { get; }

    public bool IsRewindable => true;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    [Obsolete("Use the overload which accepts a CancellationToken.")]
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IQueueCache CreateQueueCache(QueueId queueId) => new SimpleQueueCache(CacheSize, Kept);

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => QueueOf(queueId);

    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext)
    {
        QueueOf(_mapper.GetQueueForStream(streamId)).Add(streamId, [.. events.Select(it => (object?)_copier.Copy(it))], requestContext, _copier);
        return Task.CompletedTask;
    }

    internal static IQueueAdapterFactory CreateFactory(IServiceProvider services, string name) => new MemoryQueueAdapter(
        name,
        services.GetRequiredService<IOptionsMonitor<HashRingStreamQueueMapperOptions>>().Get(name),
        services.GetRequiredService<DeepCopier>());

    private MemoryQueue QueueOf(QueueId queue) => _queues.GetOrAdd(queue, static _ => new MemoryQueue());
}

/// <summary>One queue, and its reader, which waits for events.</summary>
internal sealed class MemoryQueue : IQueueAdapterReceiver
{
    private readonly Lock _lock = new();
    private readonly Queue<IBatchContainer> _waiting = new();
    private TaskCompletionSource? _reader;

    private long _last;

    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    [Obsolete("Use the overload which accepts a CancellationToken.")]
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        Task? more;
        lock (_lock)
        {
            more = _waiting.Count == 0 ? (_reader ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : null;
        }

        if (more is not null)
        {
            await more.WaitAsync(cancellationToken);
        }

        lock (_lock)
        {
            _reader = null;
            List<IBatchContainer> read = [];
            while (read.Count != maxCount && _waiting.TryDequeue(out var next))
            {
                read.Add(next);
            }

            return read;
        }
    }

    [Obsolete("Use the overload which accepts a CancellationToken.")]
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public Task Shutdown(TimeSpan timeout) => Task.CompletedTask;

    internal void Add(StreamId stream, List<object?> events, Dictionary<string, object>? requestContext, DeepCopier copier)
    {
        TaskCompletionSource? reader;
        lock (_lock)
        {
            _waiting.Enqueue(new MemoryBatchContainer(stream, events, requestContext, new EventSequenceTokenV2(++_last), copier));
            reader = _reader;
        }

        reader?.TrySetResult();
    }
}

/// <summary>Events that were written together.</summary>
[Immutable]
internal sealed class MemoryBatchContainer(
    StreamId streamId, List<object?> events, Dictionary<string, object>? requestContext, EventSequenceTokenV2 token, DeepCopier copier)
    : IBatchContainer
{
    public StreamId StreamId => streamId;

    public StreamSequenceToken SequenceToken => token;

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is T item)
            {
                yield return Tuple.Create<T, StreamSequenceToken>(copier.Copy(item)!, token.CreateSequenceTokenForEvent(i));
            }
        }
    }

    public bool ImportRequestContext()
    {
        if (requestContext is null)
        {
            return false;
        }

        RequestContextExtensions.Import(requestContext);
        return true;
    }
}
