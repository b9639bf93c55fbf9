using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>Loads a case.</summary>
internal sealed class CaseRows(RowReader rows) : IAggregateRows<CaseSnapshot>
{
    /// <inheritdoc/>
    public ValueTask<CaseSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        $"""select {CaseRow.Columns} from "case" c where c.id = $1 and c.org_id = $2""",
        [Parameters.Of(id), Parameters.Of(orgId)],
        CaseRow.Read,
        cancellationToken);
}
