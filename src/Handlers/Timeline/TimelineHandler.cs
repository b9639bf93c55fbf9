using System.Collections.Immutable;
using Npgsql;
using Switchboard.Events;
using Switchboard.Storage.EventStore;

namespace Switchboard.Handlers.Timeline;

/// <summary>
/// Writes the history of each case: one readable entry for each of its events, beside the cells that the case's own appends write for the
/// compatible API. An entry is found by case and version, so that an event out of order takes its place all the same.
/// </summary>
internal sealed class TimelineHandler : RowHandler<TimelineRow>
{
    /// <summary>The flavor.</summary>
    public static Flavor Definition { get; } = new("timeline");

    public override Flavor Flavor => Definition;

    public override ImmutableArray<string> Tables => ["timeline_entry"];

    public override bool Wants(EventRecord record) => record.StreamType == "case";

    public override ValueTask<ImmutableArray<TimelineRow>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ImmutableArray.Create(EntryWriter.RowOf(handled)));

    public override async ValueTask WriteAsync(EffectBatch<TimelineRow> batch, CancellationToken cancellationToken)
    {
        var rows = Insert(batch.Table("timeline_entry"));
        foreach (var row in batch.Rows)
        {
            rows.Add(row);
        }

        await using var statements = new NpgsqlBatch(batch.Connection);
        rows.AddTo(statements);
        await statements.ExecuteNonQueryAsync(cancellationToken);
    }

    private static RowSet<TimelineRow> Insert(string table) => new RowSet<TimelineRow>(
            $"""
            insert into {table}
                (case_id, version, org_id, event_id, kind, cell_id, actor_kind, actor_id, old_value, new_value, sentence, occurred_at)
            select case_id, version, org_id, event_id, kind, cell_id, actor_kind, actor_id, old_value::json, new_value::json, sentence, occurred_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as t
                (case_id, version, org_id, event_id, kind, cell_id, actor_kind, actor_id, old_value, new_value, sentence, occurred_at)
            on conflict (case_id, version) do nothing
            """)
        .Uuid(static row => row.CaseId)
        .Bigint(static row => row.Entry.Version)
        .Uuid(static row => row.OrgId)
        .Uuid(static row => row.Entry.EventId)
        .Text(static row => row.Entry.Kind)
        .Uuid(static row => row.Entry.CellId)
        .Smallint(static row => (short)row.Entry.Actor.Kind)
        .Uuid(static row => row.Entry.Actor.Id)
        .Text(static row => row.Entry.OldValue)
        .Text(static row => row.Entry.NewValue)
        .Text(static row => row.Entry.Sentence)
        .Time(static row => row.Entry.OccurredAt);
}
