using Npgsql;

namespace Switchboard.Handlers.Lanes;

/// <summary>Finds out which events were handled before, many at a time: before a call to the outside is made.</summary>
internal sealed class LookLane(LaneParts parts) : GroupLane<LookItem>(parts)
{
    protected override async ValueTask<Settlement[]> CommitAsync(
        NpgsqlConnection connection, IReadOnlyList<LookItem> group, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(LaneStatements.FindMarked(Parts.Number, [.. group.Select(static item => item.Record.EventId)]));
        if (Parts.KeepsOrder)
        {
            batch.BatchCommands.Add(LaneStatements.FindParkedStreams(Parts.Flavor, [.. group.Select(static item => item.Record.StreamId).Distinct()]));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var marked = await ReadIdsAsync(reader, cancellationToken);
        var parked = await reader.NextResultAsync(cancellationToken) ? await ReadIdsAsync(reader, cancellationToken) : [];
        return
        [
            .. group.Select(item => marked.Contains(item.Record.EventId) ? Settlement.Repeated
                : parked.Contains(item.Record.StreamId) ? Settlement.Behind
                : Settlement.New),
        ];
    }

    private static async ValueTask<HashSet<Guid>> ReadIdsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var ids = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
