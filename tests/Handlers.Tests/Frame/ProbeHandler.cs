using System.Collections.Concurrent;
using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Events;

namespace Switchboard.Handlers.Tests.Frame;

/// <summary>Adds up how often each event of a case took effect, and fails on request.</summary>
internal class ProbeHandler : RowHandler<EventRecord>
{
    public static readonly Flavor Probe = new("probe") { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(4) };

    public const string Table = "create table if not exists probe (event_id uuid not null, stream_id uuid not null, version bigint not null, n bigint generated always as identity)";

    private int _groups;

    public override Flavor Flavor => Probe;

    public override ImmutableArray<string> Tables => ["probe"];

    /// <summary>How many failures each event still has before it.</summary>
    public ConcurrentDictionary<Guid, int> Failing { get; } = new();

    /// <summary>Events whose rows the database refuses.</summary>
    public ConcurrentDictionary<Guid, bool> Refused { get; } = new();

    /// <summary>How many transactions wrote.</summary>
    public int Groups => Volatile.Read(ref _groups);

    public override bool Wants(EventRecord record) => record.StreamType == "case";

    public override ValueTask<ImmutableArray<EventRecord>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken)
    {
        var id = handled.Record.EventId;
        if (Failing.TryGetValue(id, out var left) && left > 0)
        {
            Failing[id] = left - 1;
            throw new InvalidOperationException($"The probe was told to fail, {left} times more.");
        }

        return ValueTask.FromResult(ImmutableArray.Create(handled.Record));
    }

    public override async ValueTask WriteAsync(EffectBatch<EventRecord> batch, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _groups);
        await using var command = new NpgsqlCommand(
            $"insert into {batch.Table("probe")} (event_id, stream_id, version) select * from unnest($1, $2, $3)", batch.Connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
            Value = batch.Rows.Select(row => row.EventId).ToArray(),
        });
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
            Value = batch.Rows.Select(row => row.StreamId).ToArray(),
        });
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            Value = batch.Rows.Select(row => Refused.ContainsKey(row.EventId) ? long.MaxValue : row.Version).ToArray(),
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
        if (batch.Rows.Any(row => Refused.ContainsKey(row.EventId)))
        {
            await using var refusal = new NpgsqlCommand("select 1 / 0", batch.Connection);
            await refusal.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

/// <summary>The same, but the cases of parked events wait.</summary>
internal sealed class OrderedProbeHandler : ProbeHandler
{
    public static readonly Flavor Ordered = Probe with { Name = "ordered-probe", WhenParked = ParkPolicy.ParkCase };

    public override Flavor Flavor => Ordered;
}
