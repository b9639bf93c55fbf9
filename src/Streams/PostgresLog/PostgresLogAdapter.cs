using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;

namespace Switchboard.Streams.PostgresLog;

/// <summary>Connects a provider to the log. Events get into it by appends only, so nothing can be written here.</summary>
internal sealed class PostgresLogAdapter(
    string provider,
    PostgresLogStreamOptions stream,
    LogOptions options,
    StreamTenants tenants,
    PostgresLogAdapterFactory factory,
    StreamInstruments instruments,
    TimeProvider time,
    ILoggerFactory loggers) : IQueueAdapter
{
    public string Name => provider;

    public bool IsRewindable => true;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new PostgresLogAdapterReceiver(
        (int)queueId.GetNumericId(),
        stream,
        options,
        tenants.For(stream.Tenant),
        factory.CacheOf(queueId),
        instruments,
        time,
        loggers.CreateLogger<PostgresLogAdapterReceiver>());

    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException(
            $"The stream provider '{provider}' reads the log of {stream.Tenant}; an event gets into it when an aggregate appends it, not through a stream.");
}
