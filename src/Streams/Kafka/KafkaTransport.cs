using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Switchboard.Streams.Kafka;

/// <summary>What all Kafka providers and publishers of a process share. Nothing is loaded and nothing connects before it is first used.</summary>
internal sealed class KafkaTransport : IAsyncDisposable
{
    public KafkaTransport(IOptions<KafkaOptions> options, KafkaInstruments instruments, TimeProvider time, ILoggerFactory loggers)
        : this(options, instruments, time, loggers, null)
    {
    }

    /// <summary>With an answer of one's own to how many partitions a topic has, for tests.</summary>
    internal KafkaTransport(
        IOptions<KafkaOptions> options, KafkaInstruments instruments, TimeProvider time, ILoggerFactory loggers, Func<string, TimeSpan, int>? partitions)
    {
        Options = options.Value;
        Instruments = instruments;
        Time = time;
        Topology = new KafkaTopology(Options, instruments, time, loggers.CreateLogger<KafkaTopology>(), partitions);
        Producer = new KafkaProducer(Options, Topology, instruments, time, loggers.CreateLogger<KafkaProducer>());
        Consumers = new KafkaConsumers(Options, time, loggers);
    }

    public KafkaOptions Options { get; }

    public KafkaInstruments Instruments { get; }

    public TimeProvider Time { get; }

    public KafkaTopology Topology { get; }

    public KafkaProducer Producer { get; }

    public KafkaConsumers Consumers { get; }

    /// <summary>A topic's name in positions: offsets belong to one cluster.</summary>
    public string SourceOf(string topic) => $"{Options.Cluster}/{topic}";

    public async ValueTask DisposeAsync()
    {
        await Producer.DisposeAsync();
        await Topology.DisposeAsync();
        Consumers.Dispose();
    }
}
