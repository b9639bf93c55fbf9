using Switchboard.Events;
using Switchboard.Handlers.Lanes;

namespace Switchboard.Handlers.Running;

/// <summary>Brings events to a handler that calls the outside: looks whether the call was made before, has it made, and marks it.</summary>
internal sealed class OutsidePipe : EventPipe
{
    private readonly OutsideHandler _handler;
    private readonly PerTenant<LookLane> _looks;
    private readonly PerTenant<EffectLane<Item>> _marks;

    public OutsidePipe(OutsideHandler handler, PipeParts parts)
        : base(handler, parts)
    {
        if (handler.IsRepeatable && handler.Flavor.WhenParked == ParkPolicy.ParkCase)
        {
            throw new InvalidOperationException(
                $"Flavor '{handler.Flavor.Name}' is repeatable and parks whole cases; without marks nobody knows what waits. Give one of the two up.");
        }

        _handler = handler;
        _looks = new PerTenant<LookLane>(async (tenant, cancellationToken) => new LookLane(await parts.LaneAsync(Flavor, tenant, cancellationToken)));
        _marks = new PerTenant<EffectLane<Item>>(async (tenant, cancellationToken) =>
            new EffectLane<Item>(await parts.LaneAsync(Flavor, tenant, cancellationToken), static (_, _, _) => default));
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _looks.DisposeAsync();
        await _marks.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async ValueTask<Settlement?> SettleAsync(HandledEvent handled, long? letter, CancellationToken cancellationToken)
    {
        var record = handled.Record;
        if (letter is null && _handler.IsRepeatable)
        {
            await _handler.HandleAsync(handled, cancellationToken);
            return Settlement.Applied;
        }

        if (letter is null)
        {
            var looks = await _looks.GetAsync(record.Tenant, cancellationToken);
            var found = await looks.RunAsync(new LookItem(record, Parts.Time.GetTimestamp()), cancellationToken);
            if (found == Settlement.Repeated)
            {
                return found;
            }

            if (found == Settlement.Behind)
            {
                // The transaction that marks it finds its case parked, and parks it.
                return await MarkAsync(record, letter, cancellationToken);
            }
        }

        await _handler.HandleAsync(handled, cancellationToken);
        return await MarkAsync(record, letter, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async ValueTask EndLetterAsync(EventRecord record, long letter, CancellationToken cancellationToken) =>
        await MarkAsync(record, letter, cancellationToken);

    private async ValueTask<Settlement> MarkAsync(EventRecord record, long? letter, CancellationToken cancellationToken)
    {
        var marks = await _marks.GetAsync(record.Tenant, cancellationToken);
        return await marks.RunAsync(new Item(record, Parts.Time.GetTimestamp(), letter), cancellationToken);
    }

    private sealed class Item(EventRecord record, long started, long? letter) : EffectItem(record, started, letter);
}
