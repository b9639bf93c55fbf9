using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>What the index has missed: a place in the log from which on it is caught up once it can be written again.</summary>
internal sealed class SearchDebts(TenantDatabase database, TimeProvider time)
{
    private readonly RowReader _rows = new(database.Tenant, database.Primary);

    /// <summary>Notes that events of this transaction and later ones are missing. Another epoch's transactions cannot be compared: then everything is.</summary>
    public async Task NoteAsync(string index, SearchPlace place, CancellationToken cancellationToken) => await _rows.ListAsync(
        """
        insert into search_debt as d (index_name, epoch, tx, notes, noted_at) values ($1, $2, $3, 1, $4)
        on conflict (index_name) do update set notes = d.notes + 1, epoch = greatest(d.epoch, excluded.epoch),
            tx = case when d.epoch = excluded.epoch then least(d.tx, excluded.tx) else '0'::xid8 end
        returning notes
        """,
        [Parameters.Of(index), Parameters.Of(place.Epoch), Parameters.Of(place.Tx), Parameters.Of(time.GetUtcNow())],
        static row => row.GetInt64(0),
        cancellationToken);

    /// <summary>The debt, or null.</summary>
    public ValueTask<SearchDebt?> FindAsync(string index, CancellationToken cancellationToken) => _rows.FindAsync(
        "select epoch, tx, notes from search_debt where index_name = $1",
        [Parameters.Of(index)],
        static row => new SearchDebt(new(row.GetInt64(0), row.GetFieldValue<ulong>(1)), row.GetInt64(2)),
        cancellationToken);

    /// <summary>Strikes out a debt that was paid, unless more was noted meanwhile.</summary>
    public async Task StrikeAsync(string index, SearchDebt paid, CancellationToken cancellationToken) => await _rows.ListAsync(
        "delete from search_debt where index_name = $1 and notes = $2 returning notes",
        [Parameters.Of(index), Parameters.Of(paid.Notes)],
        static row => row.GetInt64(0),
        cancellationToken);

    /// <summary>Where the log stands: whatever is not committed yet has this transaction or a later one.</summary>
    public async ValueTask<SearchPlace> NowAsync(CancellationToken cancellationToken)
    {
        var found = await _rows.ListAsync(
            "select epoch, pg_snapshot_xmin(pg_current_snapshot()) from store_epoch", [], static row => new SearchPlace(row.GetInt64(0), row.GetFieldValue<ulong>(1)), cancellationToken);
        return found[0];
    }

    /// <summary>Events of cases from a place on, in the log's order.</summary>
    public ValueTask<System.Collections.Immutable.ImmutableArray<LoggedCase>> CasesAsync(ulong tx, long seq, int limit, CancellationToken cancellationToken) => _rows.ListAsync(
        "select tx, seq, stream_id, version from domain_events where (tx, seq) > ($1, $2) and stream_type = 'case' order by tx, seq limit $3",
        [Parameters.Of(tx), Parameters.Of(seq), Parameters.Of(limit)],
        static row => new LoggedCase(row.GetFieldValue<ulong>(0), row.GetInt64(1), row.GetGuid(2), row.GetInt64(3)),
        cancellationToken);
}

/// <summary>A place in the log.</summary>
internal readonly record struct SearchPlace(long Epoch, ulong Tx);

/// <summary>From where on the index has missed events.</summary>
internal sealed record SearchDebt(SearchPlace From, long Notes);

/// <summary>An event of a case.</summary>
internal readonly record struct LoggedCase(ulong Tx, long Seq, Guid CaseId, long Version);
