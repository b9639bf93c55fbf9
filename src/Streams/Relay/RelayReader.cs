using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Streams.PostgresLog;

namespace Switchboard.Streams.Relay;

/// <summary>What is published at a time.</summary>
/// <param name="Records">In the log's order.</param>
/// <param name="Last">The place of the last one.</param>
internal sealed record RelayBatch(List<EventRecord> Records, FeedPosition Last);

/// <summary>
/// Reads the log for the relay: everything that there is by now, up to a bound, so that a relay that has fallen behind catches up with
/// fewer and larger batches; and the next batch while one is published. One call at a time.
/// </summary>
/// <param name="tail">The log.</param>
/// <param name="start">What comes behind it is read.</param>
/// <param name="most">No further page is read once a batch has so many events.</param>
internal sealed class RelayReader(LogTail tail, FeedPosition start, int most)
{
    private FeedPosition _cursor = start;
    private Task<RelayBatch>? _ahead;

    /// <summary>The next batch, or null when there is none: wait then.</summary>
    public async ValueTask<RelayBatch?> NextAsync(CancellationToken cancellationToken)
    {
        var batch = new RelayBatch([], _cursor);
        if (_ahead is { } ahead)
        {
            _ahead = null;
            batch = await ahead;
        }

        batch = await GatherAsync(batch, cancellationToken);
        _cursor = batch.Last;
        return batch.Records.Count > 0 ? batch : null;
    }

    /// <summary>Reads the next batch already.</summary>
    public void ReadAhead(CancellationToken cancellationToken) =>
        _ahead = Task.Run(async () => await GatherAsync(new RelayBatch([], _cursor), cancellationToken), cancellationToken);

    private async ValueTask<RelayBatch> GatherAsync(RelayBatch batch, CancellationToken cancellationToken)
    {
        var (records, last) = batch;
        while (records.Count < most && await tail.ReadAsync(last, cancellationToken) is { } page)
        {
            foreach (var one in page.Events)
            {
                if (one.Position.CompareTo(last) > 0)
                {
                    records.Add(one.Record);
                }
            }

            last = page.Last;
        }

        return new RelayBatch(records, last);
    }
}
