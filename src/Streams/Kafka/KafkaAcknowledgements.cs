using Confluent.Kafka;

namespace Switchboard.Streams.Kafka;

/// <summary>Counts the acknowledgements of the records of one call.</summary>
internal sealed class KafkaAcknowledgements(int records)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = records;

    /// <summary>Completes with the last acknowledgement, fails with the first failure.</summary>
    public Task Task => _all.Task;

    /// <summary>Takes a report.</summary>
    public void Take(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError || report.Status == PersistenceStatus.NotPersisted)
        {
            Fail(new KafkaException(report.Error));
        }
        else if (Interlocked.Decrement(ref _missing) == 0)
        {
            _all.TrySetResult();
        }
    }

    /// <summary>Fails the call unless all was acknowledged.</summary>
    public void Fail(KafkaException error)
    {
        if (_all.TrySetException(error))
        {
            // Nobody may be waiting any more.
            _ = _all.Task.Exception;
        }
    }
}
