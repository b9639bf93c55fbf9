using System.Collections.Immutable;
using Npgsql;
using Switchboard.Grains.Imports;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Imports;

/// <summary>The receipts of imports.</summary>
internal sealed class ImportLedger(RowReader rows, TimeProvider time) : IImportLedger
{
    private const string Columns = "id, started_at, started_by, advanced_at, lines, imported, refused";

    /// <inheritdoc/>
    public async ValueTask<ImportReceipt> OpenAsync(Guid orgId, Guid receiptId, Guid startedBy, CancellationToken cancellationToken)
    {
        await rows.ListAsync(
            "insert into case_import (org_id, id, started_at, started_by, advanced_at) values ($1, $2, $3, $4, $3) on conflict do nothing",
            [Parameters.Of(orgId), Parameters.Of(receiptId), Parameters.Of(time.GetUtcNow()), Parameters.Of(startedBy)],
            static _ => 0,
            cancellationToken);
        return await FindAsync(orgId, receiptId, cancellationToken)
            ?? throw new InvalidOperationException($"The receipt {receiptId} of organisation {orgId} was written and is not there.");
    }

    /// <inheritdoc/>
    public ValueTask<ImportReceipt?> FindAsync(Guid orgId, Guid receiptId, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {Columns} from case_import where org_id = $1 and id = $2", [Parameters.Of(orgId), Parameters.Of(receiptId)], Read, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> AdvanceAsync(Guid orgId, Guid receiptId, ImportAdvance advance, CancellationToken cancellationToken) => !(await rows.ListAsync(
        """
        update case_import set lines = $4, imported = imported + $5, refused = refused + $6, advanced_at = $7
        where org_id = $1 and id = $2 and lines = $3
        returning lines
        """,
        [
            Parameters.Of(orgId), Parameters.Of(receiptId), Parameters.Of(advance.From), Parameters.Of(advance.To), Parameters.Of(advance.Imported),
            Parameters.Of(advance.Refused), Parameters.Of(time.GetUtcNow()),
        ],
        static _ => 0,
        cancellationToken)).IsEmpty;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<(Guid Id, string Key)>> KeysOfAsync(Guid orgId, ImmutableArray<Guid> ids, CancellationToken cancellationToken) => rows.ListAsync(
        """select id, key from "case" where org_id = $1 and id = any($2)""",
        [Parameters.Of(orgId), Parameters.Of(ids.AsSpan())],
        static row => (row.GetGuid(0), row.GetString(1)),
        cancellationToken);

    private static ImportReceipt Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.Time(1), row.GetGuid(2), row.Time(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
}
