using Confluent.Kafka;

namespace Switchboard.Streams.Kafka;

/// <summary>One librdkafka producer, from its first record to its first failure.</summary>
internal sealed class KafkaProducerClient : IAsyncDisposable
{
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly Lock _lock = new();
    private readonly HashSet<KafkaAcknowledgements> _open = [];
    private bool _disposed;

    public KafkaProducerClient(KafkaOptions options, Action<string> log)
    {
        KafkaNativeLibrary.EnsureLoaded();
        _producer = new ProducerBuilder<byte[], byte[]>(KafkaClientConfig.Producer(options))
            .SetErrorHandler((_, error) => log(error.Reason))
            .SetLogHandler((_, _) => { })
            .Build();
    }

    /// <summary>Begins a call that waits for acknowledgements.</summary>
    /// <exception cref="KafkaException">The client takes nothing more.</exception>
    public KafkaAcknowledgements Begin(int records)
    {
        lock (_lock)
        {
            var acknowledgements = new KafkaAcknowledgements(records);
            _open.Add(_disposed ? throw Ended() : acknowledgements);
            return acknowledgements;
        }
    }

    /// <summary>Ends a call.</summary>
    public void End(KafkaAcknowledgements acknowledgements)
    {
        lock (_lock)
        {
            _open.Remove(acknowledgements);
        }
    }

    /// <summary>Gives a record to the client; false while its buffer is full.</summary>
    /// <exception cref="KafkaException">The client takes nothing more.</exception>
    public bool TryProduce(TopicPartition to, Message<byte[], byte[]> message, KafkaAcknowledgements acknowledgements)
    {
        // One after the other, so that the order of calls is that of the records, and never into a client that is being ended.
        lock (_lock)
        {
            if (_disposed)
            {
                throw Ended();
            }

            try
            {
                _producer.Produce(to, message, acknowledgements.Take);
                return true;
            }
            catch (ProduceException<byte[], byte[]> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        // Blocks until the client's threads have ended; after that it reports nothing about what it still held.
        await Task.Run(_producer.Dispose);
        foreach (var acknowledgements in _open)
        {
            acknowledgements.Fail(Ended());
        }
    }

    private static KafkaException Ended() => new(new Error(ErrorCode.Local_Destroy, "the producer has ended, because another record failed or the process stops"));
}
