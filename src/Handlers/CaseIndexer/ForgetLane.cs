using Npgsql;
using Switchboard.Events;
using Switchboard.Handlers.Lanes;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>Forgets what was done to cases: of many dedup keys in one statement, because a storm of keys is done in small pieces.</summary>
internal sealed class ForgetLane(LaneParts parts) : GroupLane<ForgetItem>(parts)
{
    private const string Forget = "delete from intake_effect where id = any ($1)";

    protected override async ValueTask<Settlement[]> CommitAsync(NpgsqlConnection connection, IReadOnlyList<ForgetItem> group, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Forget, connection);
        command.Parameters.Add(Parameters.Of([.. group.SelectMany(static item => item.Effects)]));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return [.. group.Select(static _ => Settlement.Applied)];
    }
}

/// <summary>Effects that were carried out.</summary>
internal sealed class ForgetItem(EventRecord record, long started, Guid[] effects) : LaneItem(record, started)
{
    /// <summary>Their ids.</summary>
    public Guid[] Effects { get; } = effects;
}
