using System.Globalization;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;

namespace Switchboard.Cli.Streams;

/// <summary>A queue as it is shown.</summary>
/// <param name="Status">Its row.</param>
/// <param name="PausedBy">Who has paused its consumer, or null.</param>
/// <param name="Behind">
/// What comes behind its position: events of the log, of all its partitions, or records of its partition of a topic up to where that ended
/// when a reader last heard. Null where neither is known.
/// </param>
internal sealed record QueueView(QueueStatus Status, string? PausedBy, long? Behind)
{
    /// <summary>The log as a source.</summary>
    public const string Log = "domain_events";

    // Counting is for people: nobody needs to know by how many millions.
    private const int MostCounted = 1_000_000;

    /// <summary>How it is printed.</summary>
    public static (string Name, Func<QueueView, object?> Value)[] Columns { get; } =
    [
        ("consumer", static queue => queue.Status.Queue.Consumer),
        ("source", static queue => queue.Status.Queue.Source),
        ("partition", static queue => queue.Status.Queue.Partition),
        ("state", static queue => queue.PausedBy is { } by ? $"paused by {by}" : queue.Status.Alive ? "running" : "free"),
        ("owner", static queue => queue.Status.Alive ? queue.Status.Owner : null),
        ("epoch", static queue => queue.Status.Epoch),
        ("position", static queue => queue.Status.Position is { } position ? Text(position) : null),
        ("behind_at_most", static queue => queue.Behind),
        ("moved_at", static queue => queue.Status.MovedAt),
    ];

    /// <summary>The queues of a consumer, or of all consumers: those that are in use, or all that ever were.</summary>
    public static async Task<IReadOnlyList<QueueView>> ReadAsync(
        TenantDatabase database, string? consumer, bool former, CancellationToken cancellationToken)
    {
        var control = new StreamControl(database);
        var paused = (await control.ListPausedAsync(cancellationToken)).ToDictionary(static one => one.Consumer, static one => one.By);
        var views = new List<QueueView>();
        var counted = new Dictionary<QueuePosition, long>();
        var queues = await control.ListAsync(consumer, cancellationToken);
        foreach (var queue in former ? queues : [.. queues.GroupBy(KindOf).SelectMany(InUse)])
        {
            long? behind = queue.End is { } end ? Math.Max(0, end - (queue.Position?.Next ?? 0)) : null;
            if (queue.Queue.Source == Log && queue.Position is { } position)
            {
                if (!counted.TryGetValue(position, out var count))
                {
                    counted[position] = count = await CountAsync(database, position, cancellationToken);
                }

                behind = count;
            }

            views.Add(new QueueView(queue, paused.GetValueOrDefault(queue.Queue.Consumer), behind));
        }

        return views;
    }

    /// <summary>A position as it can be given to <c>streams rewind</c>.</summary>
    public static string Text(QueuePosition position) => position.LogEpoch == 0
        ? position.Next.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{position.LogEpoch}/{position.Tx}/{position.Next}");

    /// <summary>
    /// A consumer that has changed its transport, its cluster or the number of its queues leaves the rows of before behind. In use is what
    /// somebody reads; while nobody reads anything, what was read last.
    /// </summary>
    private static IEnumerable<QueueStatus> InUse(IEnumerable<QueueStatus> queues)
    {
        var cuts = queues.GroupBy(static queue => (queue.Queue.Consumer, queue.Queue.Source, queue.Queue.Partitions)).ToArray();
        var read = cuts.Where(static cut => cut.Any(static queue => queue.Alive)).ToArray();
        return (read.Length > 0 ? read : [cuts.MaxBy(static cut => cut.Max(static queue => queue.MovedAt))!]).SelectMany(static cut => cut);
    }

    /// <summary>The relay to each cluster has a name of its own.</summary>
    private static string KindOf(QueueStatus queue) =>
        queue.Queue.Consumer.StartsWith(RelayCommands.Prefix, StringComparison.Ordinal) ? RelayCommands.Prefix : queue.Queue.Consumer;

    private static async Task<long> CountAsync(TenantDatabase database, QueuePosition position, CancellationToken cancellationToken)
    {
        var counts = await new RowReader(database.Tenant, database.Primary).ListAsync(
            $"select count(*) from (select from domain_events where (tx, seq) >= ($1, $2) limit {MostCounted}) behind",
            [
                new Npgsql.NpgsqlParameter<ulong> { TypedValue = position.Tx, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 },
                new Npgsql.NpgsqlParameter<long> { TypedValue = position.Next },
            ],
            static row => row.GetInt64(0),
            cancellationToken);
        return counts[0];
    }
}
