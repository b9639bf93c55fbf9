namespace Switchboard.Streams.Leases;

/// <summary>The queues that are shared out among processes: those of one consumer on one source, cut in one way.</summary>
/// <param name="Consumer">As in <see cref="QueueName"/>.</param>
/// <param name="Source">As in <see cref="QueueName"/>.</param>
/// <param name="Partitions">As in <see cref="QueueName"/>.</param>
internal sealed record QueueGroup(string Consumer, string Source, int Partitions)
{
    public static QueueGroup Of(QueueName queue) => new(queue.Consumer, queue.Source, queue.Partitions);
}

/// <summary>What a process may do to have its share of a group's queues, and to leave the others theirs.</summary>
/// <param name="Room">How many queues more it may take, if they are free.</param>
/// <param name="Excess">How many it is to give back.</param>
internal readonly record struct QueueShare(int Room, int Excess)
{
    /// <summary>
    /// Everybody is to have the same number, or one more where they do not divide. A queue is given back only for somebody who has too few:
    /// who of them has one more stays as it is.
    /// </summary>
    /// <param name="queues">How many queues there are.</param>
    /// <param name="mine">How many of them this process has.</param>
    /// <param name="others">How many each of the other processes has.</param>
    public static QueueShare Of(int queues, int mine, IReadOnlyCollection<int> others)
    {
        var least = queues / (others.Count + 1);
        var most = (queues + others.Count) / (others.Count + 1);
        var free = Math.Max(0, queues - mine - others.Sum());
        var missing = others.Sum(held => Math.Max(0, least - held));
        return mine > most ? new QueueShare(0, mine - most)
            : mine > least && missing > free ? new QueueShare(0, 1)
            : new QueueShare(Math.Max(least - mine, Math.Min(most - mine, free - missing)), 0);
    }
}
