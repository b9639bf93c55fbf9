using Npgsql;
using NpgsqlTypes;
using Switchboard.Storage.Databases;

namespace Switchboard.Streams.Leases;

/// <summary>The rows that say which processes would read the queues of a group, whether or not they have one. Safe for use by many at once.</summary>
internal sealed class SeekerTable(TenantDatabase database)
{
    // Those that have been gone for a while are deleted on the way.
    private const string Announce =
        """
        with mine as (
            select * from unnest($1, $2, $3) as m (consumer, source, partitions)
        ), announced as (
            insert into stream_seeker (consumer, source, partitions, owner, expires_at)
            select consumer, source, partitions, $4, clock_timestamp() + $5 from mine order by 1, 2, 3
            on conflict (consumer, source, partitions, owner) do update set expires_at = excluded.expires_at
        ), forgotten as (
            delete from stream_seeker s using mine m
            where (s.consumer, s.source, s.partitions) = (m.consumer, m.source, m.partitions)
              and s.owner <> $4 and s.expires_at < clock_timestamp() - interval '1 minute'
        )
        select m.consumer, m.source, m.partitions, (
            select count(*) from stream_queue q
            where (q.consumer, q.source, q.partitions) = (m.consumer, m.source, m.partitions) and q.owner = s.owner and q.expires_at > clock_timestamp())
        from mine m
        join stream_seeker s on (s.consumer, s.source, s.partitions) = (m.consumer, m.source, m.partitions)
        where s.owner <> $4 and s.expires_at > clock_timestamp()
        """;

    private const string Withdraw =
        """
        delete from stream_seeker s using unnest($1, $2, $3) as m (consumer, source, partitions)
        where (s.consumer, s.source, s.partitions) = (m.consumer, m.source, m.partitions) and s.owner = $4
        """;

    private readonly RowReader _rows = new(database.Tenant, database.Primary);

    /// <summary>Says that this process wants to read, for a while, and tells how many queues each other process that does has.</summary>
    public async ValueTask<ILookup<QueueGroup, int>> AnnounceAsync(
        IReadOnlyCollection<QueueGroup> groups, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        var others = await _rows.ListAsync(
            Announce,
            [.. Names(groups), Parameters.Of(owner), new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Interval, Value = duration }],
            static row => (Group: new QueueGroup(row.GetString(0), row.GetString(1), row.GetInt32(2)), Held: (int)row.GetInt64(3)),
            cancellationToken);
        return others.ToLookup(static other => other.Group, static other => other.Held);
    }

    /// <summary>Says that this process does not want to read any more.</summary>
    public async ValueTask WithdrawAsync(IReadOnlyCollection<QueueGroup> groups, string owner, CancellationToken cancellationToken) =>
        _ = await _rows.ListAsync(Withdraw, [.. Names(groups), Parameters.Of(owner)], static _ => true, cancellationToken);

    private static NpgsqlParameter[] Names(IReadOnlyCollection<QueueGroup> groups) =>
    [
        Parameters.Of(groups.Select(static group => group.Consumer)),
        Parameters.Of(groups.Select(static group => group.Source)),
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer, Value = groups.Select(static group => group.Partitions).ToArray() },
    ];
}
