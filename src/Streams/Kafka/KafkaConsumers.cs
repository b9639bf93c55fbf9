using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Switchboard.Streams.Kafka;

/// <summary>The consumers of this process: one for each flavor of each tenant, made when it is first needed.</summary>
internal sealed class KafkaConsumers(KafkaOptions options, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    private readonly ConcurrentDictionary<(string Group, string Topic), Lazy<KafkaConsumerLoop>> _loops = new();

    /// <summary>The consumer of a flavor.</summary>
    public KafkaConsumerLoop For(string flavor, string topic) => _loops.GetOrAdd(
        (flavor, topic),
        key => new Lazy<KafkaConsumerLoop>(() => new KafkaConsumerLoop(
            options, $"{options.GroupPrefix}.{key.Group}", time, loggers.CreateLogger<KafkaConsumerLoop>()))).Value;

    public void Dispose()
    {
        foreach (var loop in _loops.Values.Where(loop => loop.IsValueCreated))
        {
            loop.Value.Dispose();
        }
    }
}
