using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;

namespace Switchboard.Streams.Control;

/// <summary>
/// What an operator may do to a tenant's consumers, from any process. A command takes the queues from whoever reads them by raising their
/// epochs; whoever takes them next starts where the rows say. The reader notices within a third of a lease, and what it still does under
/// the old epoch is refused. Safe for use by many at once.
/// </summary>
public sealed class StreamControl(TenantDatabase database)
{
    private readonly RowReader _rows = new(database.Tenant, database.Primary);
    private readonly QueueTable _queues = new(database);

    /// <summary>The queues of one consumer or of all, with their positions.</summary>
    public ValueTask<ImmutableArray<QueueStatus>> ListAsync(string? consumer, CancellationToken cancellationToken) =>
        _queues.ListAsync(consumer, cancellationToken);

    /// <summary>The consumers that are paused, and by whom.</summary>
    public ValueTask<ImmutableArray<(string Consumer, string By, DateTimeOffset At)>> ListPausedAsync(CancellationToken cancellationToken) =>
        _rows.ListAsync(
            "select consumer, changed_by, changed_at from stream_consumer where paused order by consumer",
            [],
            static row => (row.GetString(0), row.GetString(1), row.Time(2)),
            cancellationToken);

    /// <summary>Stops a consumer until <see cref="ResumeAsync"/>; it may be one that never ran.</summary>
    public async ValueTask PauseAsync(string consumer, string by, CancellationToken cancellationToken) => _ = await _rows.ListAsync(
        """
        with paused as (
            insert into stream_consumer as c (consumer, paused, changed_by) values ($1, true, $2)
            on conflict (consumer) do update set paused = true, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        )
        update stream_queue set epoch = epoch + 1, expires_at = '-infinity' where consumer = $1
        """,
        [Parameters.Of(consumer), Parameters.Of(by)],
        static _ => true,
        cancellationToken);

    /// <summary>Lets a paused consumer go on where it stopped.</summary>
    public async ValueTask ResumeAsync(string consumer, string by, CancellationToken cancellationToken) => _ = await _rows.ListAsync(
        "update stream_consumer set paused = false, changed_by = $2, changed_at = clock_timestamp() where consumer = $1",
        [Parameters.Of(consumer), Parameters.Of(by)],
        static _ => true,
        cancellationToken);

    /// <summary>
    /// Puts all of a consumer's queues on a source to one position: what lies behind it is delivered, again if need be. Handlers that keep
    /// marks recognise what they have handled; a flavor's tables are filled anew by a rebuild, not by this.
    /// </summary>
    /// <param name="consumer">The flavor's name, or the relay's.</param>
    /// <param name="source"><c>domain_events</c> or a topic.</param>
    /// <param name="position">Where to go on.</param>
    /// <param name="partition">One partition alone, or null for all: offsets of a topic mean something in their own partition only.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many queues were moved; 0 when the consumer never ran.</returns>
    public async ValueTask<int> RewindAsync(
        string consumer, string source, QueuePosition position, int? partition, CancellationToken cancellationToken)
    {
        var moved = await _rows.ListAsync(
            """
            update stream_queue set epoch = epoch + 1, expires_at = '-infinity', log_epoch = $3, tx = $4, next = $5, moved_at = clock_timestamp()
            where consumer = $1 and source = $2 and ($6 is null or partition = $6)
            returning partition
            """,
            [
                Parameters.Of(consumer), Parameters.Of(source), Parameters.Of(position.LogEpoch), Parameters.Of(position.Tx), Parameters.Of(position.Next),
                Parameters.Of(partition),
            ],
            static row => row.GetInt32(0),
            cancellationToken);
        return moved.Length;
    }

    /// <summary>The log's position of the first event that was stored at a time or after it; behind the last event if there is none.</summary>
    /// <remarks>Events may be stored in a slightly different order than the log's: none that was stored after the time lies before the position.</remarks>
    public async ValueTask<QueuePosition> FindAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var found = await _rows.ListAsync(
            """
            select s.epoch, coalesce(f.tx, l.tx, '0'), coalesce(f.seq, l.seq + 1, 0)
            from store_epoch s
            left join lateral (select tx, seq from domain_events where recorded_at >= $1 order by tx, seq limit 1) f on true
            left join lateral (select tx, seq from domain_events order by tx desc, seq desc limit 1) l on true
            """,
            [Parameters.Of(time)],
            static row => new QueuePosition(row.GetInt64(0), row.GetFieldValue<ulong>(1), row.GetInt64(2)),
            cancellationToken);
        return found[0];
    }

    /// <summary>Reads <c>epoch/tx/seq</c>, as sources of dead letters and lists show it, or an offset.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static QueuePosition Parse(string text)
    {
        var parts = text.Split('/');
        var numbers = CultureInfo.InvariantCulture;
        return parts switch
        {
            [var offset] when long.TryParse(offset, NumberStyles.None, numbers, out var next) => QueuePosition.Offset(next),
            [var epoch, var tx, var seq] when long.TryParse(epoch, NumberStyles.None, numbers, out var log)
                && ulong.TryParse(tx, NumberStyles.None, numbers, out var transaction)
                && long.TryParse(seq, NumberStyles.None, numbers, out var next) => QueuePosition.At(new FeedPosition(log, transaction, next)),
            _ => throw new FormatException($"'{text}' is no position: write epoch/tx/seq for the log (such as 1/7423/981), or an offset for a topic."),
        };
    }
}
