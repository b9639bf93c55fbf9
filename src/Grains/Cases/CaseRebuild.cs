using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Timeline;

namespace Switchboard.Grains.Cases;

/// <summary>Folds the events of one case into the rows that its grain wrote when they happened.</summary>
public sealed class CaseRebuild
{
    private readonly Dictionary<Guid, TimelineCell> _cells = [];

    /// <summary>The case after the last event applied; null before the first and after a deletion.</summary>
    public CaseSnapshot? Case { get; private set; }

    /// <summary>The case's timeline cells, deleted comments too, in the order of their making; empty after a deletion of the case.</summary>
    public ImmutableArray<TimelineCell> Cells => [.. _cells.Values.OrderBy(static cell => cell.CaseVersion)];

    /// <summary>Applies the next event of the stream.</summary>
    /// <exception cref="InvalidOperationException">The event is not the next one, or none of a case.</exception>
    public void Apply(RecordedEvent recorded)
    {
        if (recorded.Body is not CaseEvent fact)
        {
            throw new InvalidOperationException(
                $"Event {recorded.Version} of stream {recorded.Stream.Id} is a {recorded.Body.GetType().Name}, not a case's.");
        }

        var stamp = EventStamp.Of(recorded);
        Case = CaseEvolver.Evolve(Case, fact, stamp);
        if (Case is null)
        {
            _cells.Clear();
            return;
        }

        var existing = CaseTimeline.ChangedCell(fact) is { } id ? _cells.GetValueOrDefault(id) : null;
        if (CaseTimeline.CellOf(fact, stamp, existing) is { } cell)
        {
            _cells[cell.Id] = cell;
        }
    }

    /// <summary>Folds a whole stream.</summary>
    public static async ValueTask<CaseRebuild> FromAsync(IAsyncEnumerable<RecordedEvent> stream, CancellationToken cancellationToken)
    {
        var rebuild = new CaseRebuild();
        await foreach (var recorded in stream.WithCancellation(cancellationToken))
        {
            rebuild.Apply(recorded);
        }

        return rebuild;
    }
}
