using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Positions;

namespace Switchboard.Streams.Leases;

/// <summary>
/// The rows that say who reads which queue of a tenant and how far it has come. Time is the database's; nobody's own clock decides who
/// owns a queue. Safe for use by many at once. Errors are <see cref="Grains.EventStore.StorageUnavailableException"/> when the database
/// is away.
/// </summary>
public sealed class QueueTable(TenantDatabase database)
{
    /// <summary>
    /// A lease is free when it has run out. Queues of a new cut begin at the lowest position of the cut before, if it was complete. The order
    /// of the rows is that of the keys, so that two processes that want the same ones do not wait for each other crosswise.
    /// </summary>
    private const string Acquire =
        """
        insert into stream_queue as q (consumer, source, partitions, partition, epoch, owner, acquired_at, expires_at, log_epoch, tx, next)
        select w.consumer, w.source, w.partitions, w.partition, 1, $5, clock_timestamp(), clock_timestamp() + $6, p.log_epoch, p.tx, p.next
        from (
            select w.*, row_number() over (partition by w.consumer, w.source, w.partitions order by w.partition) as place
            from unnest($1, $2, $3, $4, $7) as w (consumer, source, partitions, partition, room)
            where not exists (select from stream_consumer c where c.consumer = w.consumer and c.paused)
              and not exists (select from stream_queue held
                              where (held.consumer, held.source, held.partitions, held.partition) = (w.consumer, w.source, w.partitions, w.partition)
                                and held.expires_at > clock_timestamp())
              and not exists (select from stream_queue other
                              where (other.consumer, other.source) = (w.consumer, w.source) and other.partitions <> w.partitions
                                and other.expires_at > clock_timestamp())
        ) w
        left join lateral (
            select (array_agg(cut.log_epoch order by cut.log_epoch, cut.tx, cut.next))[1] as log_epoch,
                   (array_agg(cut.tx order by cut.log_epoch, cut.tx, cut.next))[1] as tx,
                   (array_agg(cut.next order by cut.log_epoch, cut.tx, cut.next))[1] as next
            from stream_queue cut
            where (cut.consumer, cut.source) = (w.consumer, w.source) and cut.partitions <> w.partitions
            group by cut.partitions
            having count(cut.next) = cut.partitions
            order by max(cut.moved_at) desc
            limit 1
        ) p on true
        where w.place <= w.room
        order by 1, 2, 3, 4
        on conflict (consumer, source, partitions, partition) do update
        set epoch = q.epoch + 1, owner = excluded.owner, acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
        where q.expires_at <= clock_timestamp()
        returning consumer, source, partitions, partition, epoch, log_epoch, tx, next
        """;

    private const string Renew =
        """
        update stream_queue q set expires_at = clock_timestamp() + $6
        from unnest($1, $2, $3, $4, $5) as h (consumer, source, partitions, partition, epoch)
        where (q.consumer, q.source, q.partitions, q.partition, q.epoch) = (h.consumer, h.source, h.partitions, h.partition, h.epoch)
        returning q.consumer, q.source, q.partitions, q.partition
        """;

    private const string Release =
        """
        update stream_queue q set expires_at = '-infinity'
        from unnest($1, $2, $3, $4, $5) as h (consumer, source, partitions, partition, epoch)
        where (q.consumer, q.source, q.partitions, q.partition, q.epoch) = (h.consumer, h.source, h.partitions, h.partition, h.epoch)
        """;

    /// <summary>
    /// The row as it was comes back beside whether it was written: an epoch that is still ours and a position that is not further on, yet
    /// nothing written, means that the lease was taken while the statement waited.
    /// </summary>
    private const string Advance =
        """
        with a as (
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8) as a (consumer, source, partitions, partition, epoch, log_epoch, tx, next)
        ), written as (
            update stream_queue q set log_epoch = a.log_epoch, tx = a.tx, next = a.next, moved_at = clock_timestamp()
            from a
            where (q.consumer, q.source, q.partitions, q.partition, q.epoch) = (a.consumer, a.source, a.partitions, a.partition, a.epoch)
              and (q.next is null or (q.log_epoch, q.tx, q.next) <= (a.log_epoch, a.tx, a.next))
            returning q.consumer, q.source, q.partitions, q.partition
        )
        select a.consumer, a.source, a.partitions, a.partition, w.consumer is not null,
               coalesce(q.epoch = a.epoch and (q.log_epoch, q.tx, q.next) > (a.log_epoch, a.tx, a.next), false)
        from a
        left join written w on (w.consumer, w.source, w.partitions, w.partition) = (a.consumer, a.source, a.partitions, a.partition)
        left join stream_queue q on (q.consumer, q.source, q.partitions, q.partition) = (a.consumer, a.source, a.partitions, a.partition)
        """;

    private const string NoteEnds =
        """
        update stream_queue q set source_end = e.source_end
        from unnest($1, $2, $3, $4, $5, $6) as e (consumer, source, partitions, partition, epoch, source_end)
        where (q.consumer, q.source, q.partitions, q.partition, q.epoch) = (e.consumer, e.source, e.partitions, e.partition, e.epoch)
          and q.source_end is distinct from e.source_end
        """;

    private readonly RowReader _rows = new(database.Tenant, database.Primary);

    /// <summary>Who wants to read them.</summary>
    internal SeekerTable Seekers { get; } = new(database);

    /// <summary>The tenant whose queues these are.</summary>
    public string Tenant { get; } = database.Tenant;

    /// <summary>
    /// Takes those of the queues that are free. A queue is not free while its consumer is paused, or while a queue of the same source that
    /// is cut another way is leased.
    /// </summary>
    /// <param name="queues">The queues that are wanted.</param>
    /// <param name="owner">Names this process, for people.</param>
    /// <param name="duration">How long the lease lasts unless it is renewed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<ImmutableArray<QueueLease>> AcquireAsync(
        IReadOnlyCollection<QueueName> queues, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        AcquireAsync(queues, static _ => int.MaxValue, owner, duration, cancellationToken);

    /// <summary>The same, but no more than a group has room for.</summary>
    internal ValueTask<ImmutableArray<QueueLease>> AcquireAsync(
        IReadOnlyCollection<QueueName> queues, Func<QueueGroup, int> room, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        _rows.ListAsync(
            Acquire,
            [.. Names(queues), Parameters.Of(owner), Interval(duration), Integers(queues.Select(queue => room(QueueGroup.Of(queue))))],
            static row => new QueueLease(NameOf(row), row.GetInt64(4), PositionOf(row, 5)),
            cancellationToken);

    /// <summary>Prolongs leases; also one that has run out, if nobody has taken it.</summary>
    /// <returns>Those that are still held. The others belong to somebody else.</returns>
    public ValueTask<ImmutableArray<QueueName>> RenewAsync(
        IReadOnlyCollection<QueueLease> leases, TimeSpan duration, CancellationToken cancellationToken) =>
        _rows.ListAsync(Renew, [.. Held(leases), Interval(duration)], NameOf, cancellationToken);

    /// <summary>Gives leases back, so that others need not wait until they run out.</summary>
    public async ValueTask ReleaseAsync(IReadOnlyCollection<QueueLease> leases, CancellationToken cancellationToken) =>
        _ = await _rows.ListAsync(Release, [.. Held(leases)], NameOf, cancellationToken);

    /// <summary>Moves positions on: each only under the epoch of its lease, and never back.</summary>
    public async ValueTask<ImmutableDictionary<QueueName, AdvanceOutcome>> AdvanceAsync(
        IReadOnlyCollection<QueueAdvance> advances, CancellationToken cancellationToken)
    {
        var rows = await _rows.ListAsync(
            Advance,
            [
                .. Names([.. advances.Select(static one => one.Queue)]),
                Bigints(advances.Select(static one => one.Epoch)),
                Bigints(advances.Select(static one => one.Position.LogEpoch)),
                new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8, Value = advances.Select(static one => one.Position.Tx).ToArray() },
                Bigints(advances.Select(static one => one.Position.Next)),
            ],
            static row => (Name: NameOf(row), Written: row.GetBoolean(4), Further: row.GetBoolean(5)),
            cancellationToken);
        return rows.ToImmutableDictionary(
            static row => row.Name,
            static row => row.Written ? AdvanceOutcome.Accepted : row.Further ? AdvanceOutcome.Behind : AdvanceOutcome.Stale);
    }

    /// <summary>Writes where sources end, for people who look: under the lease's epoch only, so that the word of the present owner stands.</summary>
    public async ValueTask NoteEndsAsync(IReadOnlyCollection<(QueueLease Lease, long End)> ends, CancellationToken cancellationToken) =>
        _ = await _rows.ListAsync(
            NoteEnds, [.. Held([.. ends.Select(static one => one.Lease)]), Bigints(ends.Select(static one => one.End))], NameOf, cancellationToken);

    /// <summary>All queues that were ever leased, of one consumer or of all.</summary>
    public ValueTask<ImmutableArray<QueueStatus>> ListAsync(string? consumer, CancellationToken cancellationToken) =>
        _rows.ListAsync(
            """
            select consumer, source, partitions, partition, epoch, log_epoch, tx, next, owner, expires_at > clock_timestamp(), moved_at,
                   (select max(same.source_end) from stream_queue same
                    where (same.source, same.partitions, same.partition) = (q.source, q.partitions, q.partition))
            from stream_queue q
            where $1 is null or consumer = $1
            order by 1, 2, 3, 4
            """,
            [Parameters.Of(consumer)],
            static row => new QueueStatus(
                NameOf(row), row.GetInt64(4), row.GetString(8), row.GetBoolean(9), PositionOf(row, 5), row.TimeOrNull(10))
            {
                End = row.IsDBNull(11) ? null : row.GetInt64(11),
            },
            cancellationToken);

    private static QueueName NameOf(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt32(3), row.GetInt32(2));

    private static QueuePosition? PositionOf(NpgsqlDataReader row, int column) => row.IsDBNull(column)
        ? null
        : new QueuePosition(row.GetInt64(column), row.GetFieldValue<ulong>(column + 1), row.GetInt64(column + 2));

    private static NpgsqlParameter[] Held(IReadOnlyCollection<QueueLease> leases) =>
        [.. Names([.. leases.Select(static lease => lease.Queue)]), Bigints(leases.Select(static lease => lease.Epoch))];

    private static NpgsqlParameter[] Names(IReadOnlyCollection<QueueName> queues) =>
    [
        Parameters.Of(queues.Select(static queue => queue.Consumer)),
        Parameters.Of(queues.Select(static queue => queue.Source)),
        Integers(queues.Select(static queue => queue.Partitions)),
        Integers(queues.Select(static queue => queue.Partition)),
    ];

    private static NpgsqlParameter Interval(TimeSpan value) => new() { NpgsqlDbType = NpgsqlDbType.Interval, Value = value };

    private static NpgsqlParameter Integers(IEnumerable<int> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer, Value = values.ToArray() };

    private static NpgsqlParameter Bigints(IEnumerable<long> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = values.ToArray() };
}
