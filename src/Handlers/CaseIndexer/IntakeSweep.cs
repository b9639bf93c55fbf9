using Microsoft.Extensions.Options;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>
/// Forgets receipts that nobody will ask for any more, with what became of their alerts, and before them what was sent word for word. The
/// alerts stay in the log.
/// </summary>
internal sealed class IntakeSweep(TenantDatabase database, IOptions<IndexerOptions> options, TimeProvider time)
{
    private const int Piece = 5_000;

    private const string Receipts =
        "delete from intake_receipt where ctid = any (array(select ctid from intake_receipt where received_at < $1 limit $2))";

    private const string Outcomes =
        "delete from intake_outcome where ctid = any (array(select ctid from intake_outcome where decided_at < $1 limit $2))";

    private const string Messages =
        "delete from intake_message where ctid = any (array(select ctid from intake_message where received_at < $1 limit $2))";

    private const string Groups =
        "delete from intake_group where ctid = any (array(select ctid from intake_group where case_id is null and joined_at < $1 limit $2))";

    /// <summary>Deletes what is too old now.</summary>
    /// <returns>How many receipts.</returns>
    public async ValueTask<int> SweepAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Value.KeepReceipts;
        var receipts = await DeleteAsync(Receipts, before, cancellationToken);

        // A decision is later than its receipts.
        _ = await DeleteAsync(Outcomes, before, cancellationToken);
        _ = await DeleteAsync(Groups, before, cancellationToken);
        _ = await DeleteAsync(Messages, time.GetUtcNow() - options.Value.KeepMessages, cancellationToken);
        return receipts;
    }

    private async ValueTask<int> DeleteAsync(string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var deleted = 0;
        while (true)
        {
            await using var command = database.Primary.CreateCommand(sql);
            command.Parameters.Add(Parameters.Of(before));
            command.Parameters.Add(Parameters.Of(Piece));
            var piece = await command.ExecuteNonQueryAsync(cancellationToken);
            deleted += piece;
            if (piece < Piece)
            {
                return deleted;
            }
        }
    }
}
