using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Switchboard.Events;

namespace Switchboard.Handlers.Analytic;

/// <summary>
/// Counts: what is where, how long it took, and what happened on each day. The figures of a case are read, changed and written under a lock
/// on its row; a case whose event is parked waits, since the amounts depend on the order.
/// </summary>
internal sealed class AnalyticHandler : RowHandler<HandledEvent>
{
    /// <summary>The flavor.</summary>
    public static Flavor Definition { get; } = new("analytic") { WhenParked = ParkPolicy.ParkCase };

    public override Flavor Flavor => Definition;

    public override ImmutableArray<string> Tables => ["analytic_case", "analytic_day"];

    public override bool Wants(EventRecord record) =>
        record.Type is "case.opened" or "case.status_changed" or "case.priority_changed" or "case.assignee_changed" or "case.moved"
            or "case.archived" or "case.unarchived" or "case.deleted" or "case.closed_reason_changed" or "case.merged" or "case.unmerged";

    public override ValueTask<ImmutableArray<HandledEvent>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ImmutableArray.Create(handled));

    public override async ValueTask WriteAsync(EffectBatch<HandledEvent> batch, CancellationToken cancellationToken)
    {
        var ids = batch.Rows.Select(static row => row.Record.StreamId).Distinct().ToArray();
        var cases = await AnalyticStatements.LockAsync(batch, ids, cancellationToken);
        var days = new Dictionary<DayKey, DayDelta>();
        foreach (var handled in batch.Rows)
        {
            var id = handled.Record.StreamId;
            var (after, delta) = AnalyticFold.Apply(cases.GetValueOrDefault(id), handled);
            cases[id] = after;
            if (delta is { } added)
            {
                ref var day = ref CollectionsMarshal.GetValueRefOrAddDefault(days, AnalyticFold.DayOf(after, handled.Record.OccurredAt), out _);
                day += added;
            }
        }

        await AnalyticStatements.WriteAsync(batch, cases.Values, days, cancellationToken);
    }
}
