using System.Diagnostics.CodeAnalysis;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Switchboard.Events;
using Switchboard.Streams.Partitioning;
using Switchboard.Streams.Relay;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// Publishes events, each into the partition of its case. What one call is given is published in that order, and so is what is given to
/// calls that follow one another; after a failure also, when the failed call's events are given again, since the client that failed sends
/// nothing more. Safe for use by many at once; they share one client and one bounded buffer.
/// </summary>
internal sealed partial class KafkaProducer : IAsyncDisposable
{
    private static readonly TimeSpan _pauseWhenFull = TimeSpan.FromMilliseconds(5);

    private readonly KafkaOptions _options;
    private readonly KafkaTopology _topology;
    private readonly KafkaInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _making = new(1, 1);
    private KafkaProducerClient? _client;

    public KafkaProducer(KafkaOptions options, KafkaTopology topology, KafkaInstruments instruments, TimeProvider time, ILogger<KafkaProducer> logger) =>
        (_options, _topology, _instruments, _time, _logger) = (options, topology, instruments, time, logger);

    /// <summary>Publishes events; completes when all in-sync replicas have all of them.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="records">The events.</param>
    /// <param name="cancellationToken">Ends the wait, not the publication.</param>
    /// <exception cref="EventRefusedException">An event is larger than may be published; nothing was published.</exception>
    /// <exception cref="KafkaException">
    /// An event was not acknowledged. Those before it in its case may have been published, those behind it in its case have not.
    /// </exception>
    /// <exception cref="KafkaUnavailableException">The topic cannot be used.</exception>
    public async Task PublishAsync(string topic, IReadOnlyList<EventRecord> records, CancellationToken cancellationToken) =>
        await PublishAsync(topic, records, await _topology.UsedAsync(topic, cancellationToken), cancellationToken);

    /// <summary>Publishes events to so many partitions of a topic, the first ones.</summary>
    /// <inheritdoc cref="PublishAsync(string, IReadOnlyList{EventRecord}, CancellationToken)"/>
    public async Task PublishAsync(string topic, IReadOnlyList<EventRecord> records, int partitions, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
        {
            return;
        }

        var messages = records.Select(record => Encode(topic, record, partitions)).ToArray();
        var client = await ClientAsync(cancellationToken);
        var acknowledged = client.Begin(messages.Length);
        try
        {
            foreach (var (to, message) in messages)
            {
                while (!client.TryProduce(to, message, acknowledged))
                {
                    await Task.Delay(_pauseWhenFull, _time, cancellationToken);
                }
            }

            await acknowledged.Task.WaitAsync(cancellationToken);
            _instruments.Published(topic, messages.Length);
        }
        catch (KafkaException error)
        {
            LogFailed(topic, error.Error.Reason);
            await RetireAsync(client);
            throw;
        }
        finally
        {
            client.End(acknowledged);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _client, null) is { } client)
        {
            await client.DisposeAsync();
        }

        _making.Dispose();
    }

    private (TopicPartition To, Message<byte[], byte[]> Message) Encode(string topic, EventRecord record, int partitions)
    {
        var key = Encoding.UTF8.GetBytes(KafkaRecordCodec.KeyOf(record));
        var value = KafkaRecordCodec.Encode(record);
        if (value.Length > _options.MaxRecordBytes)
        {
            throw new EventRefusedException(
                record,
                $"Event {record.EventId} ({record.Type}) of {record.StreamType} {record.StreamId} is a record of {value.Length} bytes; at most "
                + $"{_options.MaxRecordBytes} are published. Raise {KafkaOptions.Section}:{nameof(KafkaOptions.MaxRecordBytes)} and the topic's max.message.bytes.");
        }

        return (
            new TopicPartition(topic, StreamPartition.Of(key, partitions)),
            new Message<byte[], byte[]> { Key = key, Value = value, Headers = KafkaHeaders.Of(record), Timestamp = new Timestamp(record.RecordedAt) });
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The client lives until it fails or the producer is disposed.")]
    private async ValueTask<KafkaProducerClient> ClientAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _client) is { } ready)
        {
            return ready;
        }

        await _making.WaitAsync(cancellationToken);
        try
        {
            return _client ??= new KafkaProducerClient(_options, reason => LogClient(reason));
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Ends a client that has failed before anybody publishes again: what it still holds must not come after what is given anew.</summary>
    private async Task RetireAsync(KafkaProducerClient client)
    {
        await _making.WaitAsync(CancellationToken.None);
        try
        {
            if (ReferenceEquals(_client, client))
            {
                await client.DisposeAsync();
                _client = null;
            }
        }
        finally
        {
            _making.Release();
        }
    }

    [LoggerMessage(6540, LogLevel.Warning, "Publishing to {Topic} failed ({Reason}); what was not acknowledged is published again by whoever gave it.")]
    private partial void LogFailed(string topic, string reason);

    [LoggerMessage(6541, LogLevel.Warning, "Kafka producer: {Reason}")]
    private partial void LogClient(string reason);
}
