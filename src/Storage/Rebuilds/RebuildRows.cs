using Npgsql;
using Switchboard.Grains.Rebuilds;
using Switchboard.Storage.Databases;
using Switchboard.Storage.DeadLetters;

namespace Switchboard.Storage.Rebuilds;

/// <summary>Requests for rebuilds in the tenants' databases.</summary>
internal sealed class RebuildRows(TenantDatabases databases, TimeProvider time) : IRebuilds
{
    private const string Columns = "id, flavor, status, events, requested_at, started_at, ended_at, error";

    // A flavor has its number with its first mark or dead letter, but its queues as soon as a process with it has started.
    private const string Known =
        "select name from handler_flavor union select consumer from stream_queue where consumer not like 'relay:%' order by 1";

    /// <inheritdoc/>
    public async ValueTask<Rebuild?> RequestAsync(string tenant, string flavor, string by, CancellationToken cancellationToken)
    {
        var rows = Rows(tenant);
        var known = await rows.ListAsync(Known, [], static row => row.GetString(0), cancellationToken);
        if (!known.Contains(flavor))
        {
            throw new ArgumentException(
                known.IsEmpty
                    ? $"No flavor has run on the {tenant} database yet; start a process with the role handlers."
                    : $"There is no flavor '{flavor}' in the {tenant} database; there are {string.Join(", ", known)}.");
        }

        var requested = await rows.FindAsync(
            $"insert into handler_rebuild (flavor, requested_by, requested_at) values ($1, $2, $3) on conflict do nothing returning {Columns}",
            [Parameters.Of(flavor), Parameters.Of(StorableText.Of(by)), Parameters.Of(time.GetUtcNow())],
            Read,
            cancellationToken);
        if (requested is not null)
        {
            _ = await rows.ListAsync($"notify {DeadLetterSql.Channel}", [], static _ => true, cancellationToken);
        }

        return requested;
    }

    /// <inheritdoc/>
    public ValueTask<Rebuild?> FindLatestAsync(string tenant, string flavor, CancellationToken cancellationToken) => Rows(tenant).FindAsync(
        $"select {Columns} from handler_rebuild where flavor = $1 order by id desc limit 1", [Parameters.Of(flavor)], Read, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> CancelAsync(string tenant, string flavor, CancellationToken cancellationToken)
    {
        var cancelled = await Rows(tenant).ListAsync(
            "update handler_rebuild set status = 'cancelled', ended_at = $2 where flavor = $1 and status in ('requested', 'running') returning id",
            [Parameters.Of(flavor), Parameters.Of(time.GetUtcNow())],
            static row => row.GetInt64(0),
            cancellationToken);
        return !cancelled.IsEmpty;
    }

    private static Rebuild Read(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        Enum.Parse<RebuildStatus>(row.GetString(2), ignoreCase: true),
        row.GetInt64(3),
        row.Time(4),
        row.TimeOrNull(5),
        row.TimeOrNull(6),
        row.TextOrNull(7));

    private RowReader Rows(string tenant) => databases.All.FirstOrDefault(database => database.Tenant == tenant) is { } found
        ? new RowReader(tenant, found.Primary)
        : throw new ArgumentException($"There is no tenant '{tenant}' here; the tenants are {string.Join(", ", databases.All.Select(one => one.Tenant))}.");
}
