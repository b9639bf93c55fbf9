using Npgsql;

namespace Switchboard.Handlers.Lanes;

/// <summary>
/// Commits the effects of many events together with their marks. One transaction: the marks decide which events are new, of these the
/// ones whose case is parked are parked behind it (if the flavor keeps the order), and the effects of the others are written.
/// </summary>
/// <remarks>
/// Its connections commit without waiting for the disk (<see cref="Storage.Databases.TenantDatabase"/>): a stream's position is stored
/// in the same database by a durable commit after the effects, which flushes their log records before its own. What a crash of the server
/// takes away is delivered again.
/// </remarks>
internal sealed class EffectLane<TItem>(LaneParts parts, Func<NpgsqlConnection, IReadOnlyList<TItem>, CancellationToken, ValueTask> write)
    : GroupLane<TItem>(parts)
    where TItem : EffectItem
{
    protected override async ValueTask<Settlement[]> CommitAsync(
        NpgsqlConnection connection, IReadOnlyList<TItem> group, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (settlements, fresh, behind) = await ClaimAsync(connection, group, cancellationToken);
        if (behind.Count > 0)
        {
            await using var park = new NpgsqlBatch(connection);
            var now = Parts.Time.GetUtcNow();
            behind.ForEach(item => park.BatchCommands.Add(LaneStatements.Park(item.Behind(Parts.Flavor), now)));
            await park.ExecuteNonQueryAsync(cancellationToken);
        }

        if (fresh.Count > 0)
        {
            await write(connection, fresh, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return settlements;
    }

    /// <summary>Marks the events, and sorts them: new, repeated, or to be parked behind another.</summary>
    private async ValueTask<(Settlement[] Settlements, List<TItem> Fresh, List<TItem> Behind)> ClaimAsync(
        NpgsqlConnection connection, IReadOnlyList<TItem> group, CancellationToken cancellationToken)
    {
        var live = group.Where(static item => item.Letter is null).ToArray();
        var letters = group.Where(static item => item.Letter is not null).Select(static item => item.Letter!.Value).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(LaneStatements.PassGate(Parts.Number));
        batch.BatchCommands.Add(LaneStatements.Mark(Parts.Number, [.. live.Select(static item => item.Record.EventId)]));
        if (letters.Length > 0)
        {
            batch.BatchCommands.Add(LaneStatements.EndLetters(letters, Parts.Time.GetUtcNow()));
        }

        if (Parts.KeepsOrder)
        {
            // After the marks: an event that another owner has parked meanwhile is seen by its mark first, and by its letter then.
            batch.BatchCommands.Add(LaneStatements.FindParkedStreams(Parts.Flavor, [.. live.Select(static item => item.Record.StreamId).Distinct()]));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var marked = await ReadAsync(reader, static row => row.GetGuid(0), cancellationToken);
        HashSet<long> ended = [];
        if (letters.Length > 0)
        {
            await reader.NextResultAsync(cancellationToken);
            ended = await ReadAsync(reader, static row => row.GetInt64(0), cancellationToken);
        }

        var parked = await reader.NextResultAsync(cancellationToken) ? await ReadAsync(reader, static row => row.GetGuid(0), cancellationToken) : [];

        var settlements = new Settlement[group.Count];
        var fresh = new List<TItem>(group.Count);
        var behind = new List<TItem>();
        for (var i = 0; i < group.Count; i++)
        {
            var item = group[i];

            // Removing: an event that is in the group twice is new once.
            var isNew = item.Letter is { } letter ? ended.Remove(letter) : marked.Remove(item.Record.EventId);
            var waits = isNew && item.Letter is null && parked.Contains(item.Record.StreamId);
            settlements[i] = !isNew ? Settlement.Repeated : waits ? Settlement.Behind : Settlement.Applied;
            if (isNew)
            {
                (waits ? behind : fresh).Add(item);
            }
        }

        return (settlements, fresh, behind);
    }

    private static async ValueTask<HashSet<T>> ReadAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> value, CancellationToken cancellationToken)
    {
        var values = new HashSet<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add(value(reader));
        }

        return values;
    }
}
