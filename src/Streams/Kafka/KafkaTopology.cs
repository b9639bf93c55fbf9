using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// How many partitions the topics have. The first answer holds for the life of the process, for publishing and reading alike: were it to
/// change in between, a case's later events would overtake its earlier ones. Partitions that a topic gets meanwhile are reported, loudly and
/// for as long as they are not served.
/// </summary>
internal sealed partial class KafkaTopology : IAsyncDisposable
{
    private readonly KafkaOptions _options;
    private readonly KafkaInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, int> _used = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _reported = new(StringComparer.Ordinal);
    private readonly Func<string, TimeSpan, int> _ask;
    private readonly Lazy<IAdminClient> _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task> _watching;

    public KafkaTopology(KafkaOptions options, KafkaInstruments instruments, TimeProvider time, ILogger<KafkaTopology> logger)
        : this(options, instruments, time, logger, null)
    {
    }

    /// <summary>With an answer of one's own to how many partitions a topic has, for tests: the development broker never grows a topic.</summary>
    internal KafkaTopology(
        KafkaOptions options, KafkaInstruments instruments, TimeProvider time, ILogger<KafkaTopology> logger, Func<string, TimeSpan, int>? ask)
    {
        (_options, _instruments, _time, _logger) = (options, instruments, time, logger);
        _ask = ask ?? Ask;
        _client = new Lazy<IAdminClient>(() =>
        {
            KafkaNativeLibrary.EnsureLoaded();
            return new AdminClientBuilder(KafkaClientConfig.Admin(options)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        });
        _watching = new Lazy<Task>(() => Task.Run(() => WatchAsync(_stopping.Token)));
    }

    /// <summary>The number of partitions that is used for a topic.</summary>
    /// <exception cref="KafkaUnavailableException">The topic does not exist, or the cluster does not answer.</exception>
    public async ValueTask<int> PartitionsAsync(string topic, CancellationToken cancellationToken)
    {
        if (!_used.TryGetValue(topic, out var used))
        {
            // The client's call blocks its thread.
            var seen = await Task.Run(() => _ask(topic, _options.MetadataTimeout), cancellationToken);
            used = _used.GetOrAdd(topic, seen);
            _instruments.Topic(topic, used, used);
            _ = _watching.Value;
        }

        return used;
    }

    /// <summary>Takes a number that was noted earlier, while the cluster cannot be asked.</summary>
    public int Assume(string topic, int partitions)
    {
        var used = _used.GetOrAdd(topic, partitions);
        _ = _watching.Value;
        return used;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_watching.IsValueCreated)
        {
            await _watching.Value;
        }

        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_options.TopologyPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                foreach (var (topic, used) in _used)
                {
                    Look(topic, used);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Look(string topic, int used)
    {
        try
        {
            var seen = _ask(topic, _options.MetadataTimeout);
            _instruments.Topic(topic, used, seen);
            if (seen != used && _reported.AddOrUpdate(topic, seen, (_, _) => seen) == seen)
            {
                LogChanged(topic, used, seen);
            }
        }
        catch (KafkaUnavailableException error)
        {
            LogNotSeen(topic, error);
        }
    }

    private int Ask(string topic, TimeSpan timeout)
    {
        try
        {
            var metadata = _client.Value.GetMetadata(topic, timeout).Topics.Find(one => one.Topic == topic);
            return metadata switch
            {
                { Error.IsError: false, Partitions.Count: > 0 and var count } => count,
                { Error.Code: ErrorCode.UnknownTopicOrPart or ErrorCode.NoError } or null => throw new KafkaUnavailableException(
                    $"The topic '{topic}' does not exist in {_options.Cluster}. Create it with the number of partitions that it shall keep: "
                    + $"kafka-topics.sh --create --topic {topic} --partitions 8 --replication-factor 3."),
                { Error: var error } => throw new KafkaUnavailableException($"The topic '{topic}' cannot be used: {error.Reason} ({error.Code})."),
            };
        }
        catch (KafkaException error)
        {
            throw new KafkaUnavailableException(
                $"Kafka does not answer at {Where} ({error.Error.Reason}). Check {KafkaOptions.Section}:{nameof(KafkaOptions.BootstrapServers)}, "
                + $"{nameof(KafkaOptions.SecurityProtocol)} and the credentials, and that its advertised listeners can be reached from here.",
                error);
        }
    }

    private string Where => _options.EventHubs is null ? _options.BootstrapServers : "Event Hubs";

    [LoggerMessage(
        6530, LogLevel.Critical,
        "The topic {Topic} has {Seen} partitions, and this process uses {Used}. Until the change is finished nothing reads the others. Follow "
        + "'Changing the number of partitions' in docs/kafka.md: drain, stop, start; a case's events keep their order only that way.")]
    private partial void LogChanged(string topic, int used, int seen);

    [LoggerMessage(6531, LogLevel.Debug, "The partitions of {Topic} could not be looked at.")]
    private partial void LogNotSeen(string topic, Exception error);
}
