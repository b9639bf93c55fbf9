using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// One consumer for all partitions that a flavor reads in this process, polled by a thread of its own. Partitions are assigned one by one
/// from a given offset, paused while their feed is full and resumed; the connection is never closed for it. A partition that cannot be read
/// ends its own feed only.
/// </summary>
internal sealed partial class KafkaConsumerLoop : IDisposable
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _lookAtWatermarks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _betweenReports = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly KafkaOptions _options;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly Dictionary<TopicPartition, KafkaPartitionFeed> _feeds = [];
    private readonly ConcurrentQueue<Action> _orders = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long? _reported;

    public KafkaConsumerLoop(KafkaOptions options, string group, TimeProvider time, ILogger<KafkaConsumerLoop> logger)
    {
        KafkaNativeLibrary.EnsureLoaded();
        (_options, _logger, _time, Group) = (options, logger, time, group);
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(KafkaClientConfig.Consumer(options, group))
            .SetErrorHandler((_, error) => Report(error.Reason))
            .SetLogHandler((_, message) => LogClientDetail(group, message.Message))
            .Build();
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka {group}" };
        _thread.Start();
    }

    /// <summary>The consumer group under which offsets are shown.</summary>
    public string Group { get; }

    /// <summary>Reads a partition from an offset on.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The first record that is wanted; null: the oldest that there is.</param>
    public KafkaPartitionFeed Attach(TopicPartition partition, long? offset)
    {
        var feed = new KafkaPartitionFeed(partition, _options.CacheRecords, _options.CacheBytes);
        _orders.Enqueue(() =>
        {
            if (_feeds.ContainsKey(partition))
            {
                _consumer.IncrementalUnassign([partition]);
            }

            _feeds[partition] = feed;
            _consumer.IncrementalAssign([new TopicPartitionOffset(partition, offset is { } from ? new Offset(from) : Offset.Beginning)]);
        });
        return feed;
    }

    /// <summary>Ends the reading of a partition, unless it is read into another feed by now.</summary>
    public void Detach(KafkaPartitionFeed feed) => _orders.Enqueue(() => Remove(feed));

    /// <summary>Shows an offset to the cluster with the next round of commits; for lag tools only, so nothing is waited for and nothing fails.</summary>
    public void Mirror(TopicPartitionOffset offset) => _orders.Enqueue(() => Store(offset));

    /// <summary>Ends the thread and the connection.</summary>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            var looked = _time.GetTimestamp();
            while (!_stopping)
            {
                Obey();
                Poll();
                Balance();
                if (_time.GetElapsedTime(looked) >= _lookAtWatermarks)
                {
                    looked = _time.GetTimestamp();
                    LookAtWatermarks();
                }
            }

            Obey();
        }
        catch (Exception error)
        {
            // Whoever reads has to hear of it: an idle feed would look like a quiet topic.
            LogEnded(Group, error);
            var ended = new KafkaUnavailableException($"The consumer {Group} has ended: {error.Message}", error);
            foreach (var feed in _feeds.Values)
            {
                feed.Fail(ended);
            }
        }
        finally
        {
            // Not closed first: that waits for the cluster, which may be away, and there is no group to leave.
            _consumer.Dispose();
        }
    }

    private void Obey()
    {
        while (_orders.TryDequeue(out var order))
        {
            order();
        }
    }

    /// <summary>Takes what has come; waits a moment when nothing has.</summary>
    private void Poll()
    {
        var wait = _tick;
        for (var taken = 0; taken < 1000; taken++)
        {
            try
            {
                if (_consumer.Consume(wait) is not { Message: { } message } result)
                {
                    return;
                }

                if (_feeds.TryGetValue(result.TopicPartition, out var feed))
                {
                    feed.Add(new KafkaRecord(result.Offset.Value, message.Key, message.Value, message.Headers));
                    if (feed.IsFull && !feed.IsPaused)
                    {
                        Pause(feed);
                    }
                }
            }
            catch (ConsumeException error)
            {
                Fail(error);
            }

            wait = TimeSpan.Zero;
        }
    }

    /// <summary>An error of a partition ends its feed; others are the client's own business, which goes on trying.</summary>
    private void Fail(ConsumeException error)
    {
        if (error.ConsumerRecord?.TopicPartition is not { } partition || !_feeds.TryGetValue(partition, out var feed))
        {
            Report(error.Error.Reason);
            return;
        }

        var gone = error.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset;
        var failure = new KafkaUnavailableException(
            gone
                ? $"{partition} has no record any more where {Group} has to read on ({error.Error.Reason}): the topic's retention is shorter than the "
                  + "consumer's lag, or the topic was made anew. Records may be lost to this flavor. Decide where to go on: replay the flavor from the "
                  + "store, or move its position with case-cli streams."
                : $"{partition} cannot be read by {Group}: {error.Error.Reason} ({error.Error.Code}).",
            error);
        Remove(feed);
        feed.Fail(failure);
    }

    /// <summary>While brokers are away every try at each of them fails: one report stands for many.</summary>
    private void Report(string reason)
    {
        if (_reported is { } reported && _time.GetElapsedTime(reported) < _betweenReports)
        {
            LogClientDetail(Group, reason);
            return;
        }

        _reported = _time.GetTimestamp();
        LogClient(Group, reason);
    }

    private void Balance()
    {
        foreach (var feed in _feeds.Values)
        {
            if (feed.IsPaused && feed.HasRoom)
            {
                _consumer.Resume([feed.Partition]);
                feed.IsPaused = false;
            }
        }
    }

    private void Pause(KafkaPartitionFeed feed)
    {
        _consumer.Pause([feed.Partition]);
        feed.IsPaused = true;
    }

    private void Remove(KafkaPartitionFeed feed)
    {
        if (_feeds.TryGetValue(feed.Partition, out var present) && ReferenceEquals(present, feed))
        {
            _feeds.Remove(feed.Partition);
            _consumer.IncrementalUnassign([feed.Partition]);
        }
    }

    private void LookAtWatermarks()
    {
        foreach (var feed in _feeds.Values)
        {
            feed.HighWatermark = _consumer.GetWatermarkOffsets(feed.Partition).High is { IsSpecial: false } high ? high.Value : feed.HighWatermark;
        }
    }

    private void Store(TopicPartitionOffset offset)
    {
        if (!_feeds.ContainsKey(offset.TopicPartition))
        {
            return;
        }

        try
        {
            _consumer.StoreOffset(offset);
        }
        catch (KafkaException error)
        {
            LogNotMirrored(Group, error.Error.Reason);
        }
    }

    [LoggerMessage(6500, LogLevel.Warning, "Kafka consumer {Group}: {Reason}")]
    private partial void LogClient(string group, string reason);

    [LoggerMessage(6501, LogLevel.Debug, "Kafka consumer {Group}: {Detail}")]
    private partial void LogClientDetail(string group, string detail);

    [LoggerMessage(6502, LogLevel.Critical, "Kafka consumer {Group} has ended; its partitions are not read until they are taken anew.")]
    private partial void LogEnded(string group, Exception error);

    [LoggerMessage(6503, LogLevel.Debug, "Kafka consumer {Group}: offsets were not shown to the cluster ({Reason}); positions are in the database.")]
    private partial void LogNotMirrored(string group, string reason);
}
