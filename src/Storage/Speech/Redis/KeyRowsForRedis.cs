using System.Collections.Immutable;
using Npgsql;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Orgs;

namespace Switchboard.Storage.Speech.Redis;

/// <summary>Reads from the database what lies in Redis too.</summary>
internal sealed class KeyRowsForRedis(RowReader rows)
{
    /// <summary>Rows of one page.</summary>
    public const int Page = 500;

    private const string LimitColumns = "org_id, version, live, files, requests_per_second, seconds_per_month";

    /// <summary>The oldest transaction that runs, below which nothing changes any more, and the epoch of transaction numbers.</summary>
    public async ValueTask<SyncPosition> NowAsync(CancellationToken cancellationToken) => (await rows.FindAsync(
        "select epoch, pg_snapshot_xmin(pg_current_snapshot()) from store_epoch",
        [],
        static row => new SyncPosition(row.GetInt64(0), row.GetFieldValue<ulong>(1)),
        cancellationToken))!;

    /// <summary>What has changed in transactions from a position on.</summary>
    public ValueTask<ImmutableArray<(Guid OrgId, string? Hash)>> ChangesAsync(SyncPosition from, CancellationToken cancellationToken) => rows.ListAsync(
        "select distinct org_id, key_hash from access_change where tx >= $1",
        [Parameters.Of(from.Transaction)],
        static row => (row.GetGuid(0), row.TextOrNull(1)),
        cancellationToken);

    /// <summary>API keys by their hashes.</summary>
    public ValueTask<ImmutableArray<KeySnapshot>> KeysAsync(IEnumerable<string> hashes, CancellationToken cancellationToken) => rows.ListAsync(
        $"select {KeyRows.Columns} from access_key where hash = any ($1) and kind = 0", [Parameters.Of(hashes)], KeyRows.Read, cancellationToken);

    /// <summary>A page of API keys, of one organisation or all, by id.</summary>
    public ValueTask<ImmutableArray<KeySnapshot>> KeysAsync(Guid? orgId, Guid after, CancellationToken cancellationToken) => rows.ListAsync(
        $"select {KeyRows.Columns} from access_key where kind = 0 and id > $2 and ($1::uuid is null or org_id = $1) order by id limit {Page}",
        [Parameters.Of(orgId), Parameters.Of(after)],
        KeyRows.Read,
        cancellationToken);

    /// <summary>Limits of organisations.</summary>
    public ValueTask<ImmutableArray<LimitRow>> LimitsAsync(IEnumerable<Guid> organisations, CancellationToken cancellationToken) => rows.ListAsync(
        $"select {LimitColumns} from speech_limit where org_id = any ($1)", [Parameters.Of(organisations.ToArray())], ReadLimit, cancellationToken);

    /// <summary>A page of limits, of one organisation or all, by organisation.</summary>
    public ValueTask<ImmutableArray<LimitRow>> LimitsAsync(Guid? orgId, Guid after, CancellationToken cancellationToken) => rows.ListAsync(
        $"select {LimitColumns} from speech_limit where org_id > $2 and ($1::uuid is null or org_id = $1) order by org_id limit {Page}",
        [Parameters.Of(orgId), Parameters.Of(after)],
        ReadLimit,
        cancellationToken);

    private static LimitRow ReadLimit(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.NumberOrNull(2), row.NumberOrNull(3), row.NumberOrNull(4), row.IsDBNull(5) ? null : row.GetInt64(5));
}

/// <summary>A place in the history of changes.</summary>
/// <param name="Epoch">Raised when the database was restored: positions of another epoch say nothing.</param>
/// <param name="Transaction">The first transaction that may hold something new.</param>
internal sealed record SyncPosition(long Epoch, ulong Transaction);
