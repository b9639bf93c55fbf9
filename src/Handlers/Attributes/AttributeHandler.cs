using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Switchboard.Events;

namespace Switchboard.Handlers.Attributes;

/// <summary>
/// Counts which attribute keys and values the cases of each project have. What is stored of a case says which of its events were taken in,
/// so that an event counts once whatever else recognises repetitions.
/// </summary>
internal sealed class AttributeHandler(IOptions<AttributeOptions> options) : RowHandler<AttributeChange>
{
    /// <summary>Its name and policy: what a case has is known from its events in order.</summary>
    public static Flavor Definition { get; } = new("attributes-indexer") { WhenParked = ParkPolicy.ParkCase };

    public override Flavor Flavor => Definition;

    public override ImmutableArray<string> Tables => ["attribute_case", "attribute_project", "attribute_key", "attribute_value"];

    public override bool Wants(EventRecord record) => AttributeChange.IsMadeBy(record.Type);

    public override ValueTask<ImmutableArray<AttributeChange>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ImmutableArray<AttributeChange>>(AttributeChange.Of(handled.Record, handled.Body) is { } change ? [change] : []);

    public override async ValueTask WriteAsync(EffectBatch<AttributeChange> batch, CancellationToken cancellationToken)
    {
        if (batch.Rows.IsEmpty)
        {
            return;
        }

        var statements = new AttributeStatements(batch);
        var ledger = new AttributeLedger(options.Value);
        var projects = await statements.LoadCasesAsync(ledger, cancellationToken);
        await statements.LoadCountsAsync(ledger, projects, cancellationToken);
        foreach (var change in batch.Rows)
        {
            ledger.Take(change, projects.TryGetValue(change.CaseId, out var project) ? project : null);
        }

        await statements.SaveAsync(ledger, cancellationToken);
    }
}
