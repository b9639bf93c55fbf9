using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// How many partitions the topics have, looked at again and again: all there are are read, and told of when they become more. How many are
/// published to is another number, since a case's partition depends on it: it stays what it was until <see cref="Use"/> is told otherwise.
/// Safe for use by many at once.
/// </summary>
internal sealed partial class KafkaTopology : IAsyncDisposable
{
    private readonly KafkaOptions _options;
    private readonly KafkaInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, int> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _used = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _shrunk = new(StringComparer.Ordinal);
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

    /// <summary>Told of a topic and its new number of partitions, on the watcher's thread.</summary>
    public event Action<string, int>? Grown;

    /// <summary>How many partitions a topic has: those that are read.</summary>
    /// <exception cref="KafkaUnavailableException">The topic does not exist, or the cluster does not answer.</exception>
    public async ValueTask<int> SeenAsync(string topic, CancellationToken cancellationToken)
    {
        if (!_seen.TryGetValue(topic, out var seen))
        {
            // The client's call blocks its thread.
            var asked = await Task.Run(() => _ask(topic, _options.MetadataTimeout), cancellationToken);
            seen = _seen.GetOrAdd(topic, asked);
            _ = _watching.Value;
        }

        return seen;
    }

    /// <summary>How many partitions of a topic are published to; as many as were seen first unless <see cref="Use"/> said otherwise.</summary>
    /// <exception cref="KafkaUnavailableException">The topic does not exist, or the cluster does not answer.</exception>
    public async ValueTask<int> UsedAsync(string topic, CancellationToken cancellationToken)
    {
        var seen = await SeenAsync(topic, cancellationToken);
        var used = _used.GetOrAdd(topic, seen);
        _instruments.Topic(topic, used, seen);
        return used;
    }

    /// <summary>Says how many partitions of a topic are published to from now on.</summary>
    public void Use(string topic, int partitions) => _used[topic] = partitions;

    /// <summary>Takes a number that was noted earlier, while the cluster cannot be asked.</summary>
    public int Assume(string topic, int partitions)
    {
        var seen = _seen.GetOrAdd(topic, partitions);
        _ = _watching.Value;
        return seen;
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
                foreach (var (topic, seen) in _seen)
                {
                    Look(topic, seen);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Look(string topic, int before)
    {
        try
        {
            var seen = _ask(topic, _options.MetadataTimeout);
            if (seen > before)
            {
                _seen[topic] = seen;
                LogGrown(topic, seen, before);
                Grown?.Invoke(topic, seen);
            }
            else if (seen < before && _shrunk.TryAdd(topic, seen))
            {
                LogShrunk(topic, seen, before);
            }

            if (_used.TryGetValue(topic, out var used))
            {
                _instruments.Topic(topic, used, seen);
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
                    $"The topic '{topic}' does not exist in {_options.Cluster}. Create it: "
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
        6530, LogLevel.Warning,
        "The topic {Topic} has {Seen} partitions instead of {Before}. All are read from now on; the new ones are published to when every flavor "
        + "has had what is in the others.")]
    private partial void LogGrown(string topic, int seen, int before);

    [LoggerMessage(6531, LogLevel.Debug, "The partitions of {Topic} could not be looked at.")]
    private partial void LogNotSeen(string topic, Exception error);

    [LoggerMessage(
        6532, LogLevel.Critical,
        "The topic {Topic} has {Seen} partitions instead of {Before}: it was made anew. Its positions mean nothing any more; set Streams:Kafka:Cluster to "
        + "a new name, under which everything is published and read from the beginning.")]
    private partial void LogShrunk(string topic, int seen, int before);
}
