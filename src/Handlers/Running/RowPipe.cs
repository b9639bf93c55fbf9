using System.Collections.Immutable;
using Npgsql;
using Switchboard.Events;
using Switchboard.Handlers.Lanes;

namespace Switchboard.Handlers.Running;

/// <summary>Brings events to a handler whose effect is rows.</summary>
internal sealed class RowPipe<TRow> : EventPipe
{
    private readonly RowHandler<TRow> _handler;
    private readonly PerTenant<EffectLane<Item>> _lanes;

    public RowPipe(RowHandler<TRow> handler, PipeParts parts)
        : base(handler, parts)
    {
        _handler = handler;
        _lanes = new PerTenant<EffectLane<Item>>(async (tenant, cancellationToken) =>
            new EffectLane<Item>(await parts.LaneAsync(Flavor, tenant, cancellationToken), WriteAsync));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => _handler.Tables;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _lanes.DisposeAsync();

    /// <inheritdoc/>
    public override async ValueTask RewriteAsync(
        NpgsqlConnection connection, IEnumerable<EventRecord> records, string suffix, CancellationToken cancellationToken)
    {
        var rows = ImmutableArray.CreateBuilder<TRow>();
        foreach (var record in records.Where(_handler.Wants))
        {
            try
            {
                rows.AddRange(await _handler.RowsOfAsync(new HandledEvent(record, Parts.Codec.Decode(record)), cancellationToken));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new InvalidOperationException(
                    $"Event {record.EventId} ({record.Type}, {record.Version} of {record.StreamType} {record.StreamId}) cannot be handled: {error.Message}", error);
            }
        }

        if (rows.Count > 0)
        {
            await _handler.WriteAsync(new EffectBatch<TRow>(connection, rows.DrainToImmutable(), suffix), cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<Settlement?> SettleAsync(HandledEvent handled, long? letter, CancellationToken cancellationToken)
    {
        var rows = await _handler.RowsOfAsync(handled, cancellationToken);
        if (rows.IsEmpty)
        {
            return null;
        }

        var lane = await _lanes.GetAsync(handled.Record.Tenant, cancellationToken);
        return await lane.RunAsync(new Item(handled.Record, Parts.Time.GetTimestamp(), letter, rows), cancellationToken);
    }

    /// <inheritdoc/>
    protected override async ValueTask EndLetterAsync(EventRecord record, long letter, CancellationToken cancellationToken)
    {
        var lane = await _lanes.GetAsync(record.Tenant, cancellationToken);
        await lane.RunAsync(new Item(record, Parts.Time.GetTimestamp(), letter, []), cancellationToken);
    }

    private ValueTask WriteAsync(NpgsqlConnection connection, IReadOnlyList<Item> group, CancellationToken cancellationToken)
    {
        var rows = group.SelectMany(static item => item.Rows).ToImmutableArray();
        return rows.IsEmpty ? default : _handler.WriteAsync(new EffectBatch<TRow>(connection, rows, ""), cancellationToken);
    }

    private sealed class Item(EventRecord record, long started, long? letter, ImmutableArray<TRow> rows) : EffectItem(record, started, letter)
    {
        public ImmutableArray<TRow> Rows { get; } = rows;
    }
}
