using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Internal;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Runtime.Providers;
using Orleans.Streams;

namespace Orleans.Embedded.Tests.Streams;

/// <summary>
/// A provider with one queue that a test fills and watches. Its reader waits for events. It uses nothing but Orleans' public API, so that
/// the tests that use it say the same of both engines.
/// </summary>
internal sealed class ScriptedQueue(string name) : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterReceiver, IStreamFailureHandler
{
    private readonly Channel<IBatchContainer> _events = Channel.CreateUnbounded<IBatchContainer>();
    private readonly Lock _lock = new();
    private readonly List<string> _delivered = [];
    private readonly List<string> _failures = [];
    private long _last;
    private int _calls;

    public string Name => name;

    public bool IsRewindable { get; init; }

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    public bool ShouldFaultSubsriptionOnError { get; init; }

    internal int CacheSize { get; init; } = SimpleQueueCacheOptions.DEFAULT_CACHE_SIZE;

    /// <summary>How long a read waits for events. What was delivered is reported between reads.</summary>
    internal TimeSpan LongestRead { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a delivery, or finding a consumer, waits before it is tried again.</summary>
    internal TimeSpan DeliveryPause { get; init; } = TimeSpan.FromMilliseconds(1);

    internal int FailingReads { get; set; }

    internal bool IsShutDown { get; private set; }

    internal bool WasReadTwiceAtOnce { get; private set; }

    internal int Read { get; private set; }

    internal IReadOnlyList<string> Delivered
    {
        get
        {
            lock (_lock)
            {
                return [.. _delivered];
            }
        }
    }

    internal IReadOnlyList<string> Failures
    {
        get
        {
            lock (_lock)
            {
                return [.. _failures];
            }
        }
    }

    [Obsolete("Use the overload which accepts a CancellationToken.")]
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() =>
        new SimpleQueueAdapterCache(new SimpleQueueCacheOptions { CacheSize = CacheSize }, name, NullLoggerFactory.Instance);

    public IStreamQueueMapper GetStreamQueueMapper() =>
        new HashRingBasedStreamQueueMapper(new HashRingStreamQueueMapperOptions { TotalQueueCount = 1 }, name);

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(this);

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => this;

    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext)
    {
        lock (_lock)
        {
            _events.Writer.TryWrite(new ScriptedBatch(streamId, [.. events.Cast<object>()], new EventSequenceTokenV2(++_last)));
        }

        return Task.CompletedTask;
    }

    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    [Obsolete("Use the overload which accepts a CancellationToken.")]
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => throw new NotSupportedException();

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        WasReadTwiceAtOnce |= Interlocked.Increment(ref _calls) != 1;
        try
        {
            if (FailingReads > 0)
            {
                FailingReads--;
                throw new InvalidDataException("The script wants this read to fail.");
            }

            try
            {
                await _events.Reader.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(LongestRead, cancellationToken);
            }
            catch (TimeoutException)
            {
                return [];
            }

            List<IBatchContainer> read = [];
            while (read.Count < maxCount && _events.Reader.TryRead(out var next))
            {
                read.Add(next);
            }

            Read += read.Count;
            return read;
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    [Obsolete("Use the overload which accepts a CancellationToken.")]
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => throw new NotSupportedException();

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _delivered.AddRange(messages.Cast<ScriptedBatch>().SelectMany(it => it.Events).Cast<string>());
        }

        return Task.CompletedTask;
    }

    public Task Shutdown(TimeSpan timeout)
    {
        IsShutDown = true;
        return Task.CompletedTask;
    }

    public Task OnDeliveryFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) =>
        Note($"{streamIdentity.GetKeyAsString()}@{sequenceToken?.SequenceNumber}");

    public Task OnSubscriptionFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) =>
        Note($"subscription to {streamIdentity.GetKeyAsString()}");

    internal Task Add(string ns, string key, string item) => QueueMessageBatchAsync(StreamId.Create(ns, key), [item], null, null);

    internal ISiloBuilder AddTo(
        ISiloBuilder silo, Action<StreamPullingAgentOptions>? configure = null, StreamPubSubType kind = StreamPubSubType.ImplicitOnly) =>
        silo.AddPersistentStreams(name, (_, _) => this, streams =>
        {
            streams.ConfigureStreamPubSub(kind);
            streams.ConfigureBackoffProvider((_, _) => (IMessageDeliveryBackoffProvider)new Pause(DeliveryPause));
            streams.ConfigureBackoffProvider((_, _) => (IQueueReaderBackoffProvider)new Pause(TimeSpan.FromMilliseconds(1)));
            streams.ConfigurePullingAgent(options => options.Configure(it =>
            {
                it.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(5);
                configure?.Invoke(it);
            }));
        });

    private Task Note(string failure)
    {
        lock (_lock)
        {
            _failures.Add(failure);
        }

        return Task.CompletedTask;
    }

    private sealed class Pause(TimeSpan length) : FixedBackoff(length), IMessageDeliveryBackoffProvider, IQueueReaderBackoffProvider;
}

[GenerateSerializer]
[Immutable]
internal sealed class ScriptedBatch(StreamId streamId, List<object> events, EventSequenceTokenV2 token) : IBatchContainer
{
    [Id(0)]
    public StreamId StreamId { get; } = streamId;

    [Id(1)]
    public List<object> Events { get; } = events;

    [Id(2)]
    public EventSequenceTokenV2 Token { get; } = token;

    public StreamSequenceToken SequenceToken => Token;

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        Events.OfType<T>().Select((it, i) => Tuple.Create<T, StreamSequenceToken>(it, Token.CreateSequenceTokenForEvent(i)));

    public bool ImportRequestContext() => false;
}
