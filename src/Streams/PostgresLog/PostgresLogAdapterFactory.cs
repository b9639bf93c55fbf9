using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using Switchboard.Streams.Caching;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;

namespace Switchboard.Streams.PostgresLog;

/// <summary>Makes the parts of a provider that reads the log. Connects to nothing before the agents begin.</summary>
internal sealed class PostgresLogAdapterFactory : IQueueAdapterFactory, IQueueAdapterCache
{
    private readonly PostgresLogAdapter _adapter;
    private readonly PostgresLogQueueMapper _mapper;
    private readonly LogOptions _options;
    private readonly ConcurrentDictionary<QueueId, StreamQueueCache> _caches = new();

    public PostgresLogAdapterFactory(
        string provider, PostgresLogStreamOptions stream, LogOptions options, StreamTenants tenants, StreamInstruments instruments, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _mapper = new PostgresLogQueueMapper(provider, options.Queues);
        _adapter = new PostgresLogAdapter(provider, stream, options, tenants, this, instruments, time, loggers);
    }

    /// <summary>For <c>AddPersistentStreams</c>.</summary>
    public static IQueueAdapterFactory Create(IServiceProvider services, string name) => new PostgresLogAdapterFactory(
        name,
        services.GetRequiredService<IOptionsMonitor<PostgresLogStreamOptions>>().Get(name),
        services.GetRequiredService<IOptions<LogOptions>>().Value,
        services.GetRequiredService<StreamTenants>(),
        services.GetRequiredService<StreamInstruments>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILoggerFactory>());

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(_adapter);

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(new NeverSkip());

    public IQueueCache CreateQueueCache(QueueId queueId) => CacheOf(queueId);

    /// <summary>The cache of a queue, which its reader clears when the queue changes hands.</summary>
    internal StreamQueueCache CacheOf(QueueId queue) =>
        _caches.GetOrAdd(queue, _ => new StreamQueueCache(_options.QueueEvents, _options.QueueBytes, PostgresLogBatchContainer.SizeOf));
}
