using System.Globalization;
using Npgsql;
using Switchboard.Grains.Intake;
using Switchboard.Storage.EventStore;
using Switchboard.Storage.Intake;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>What came of the alerts of a transaction, and the statements that write it.</summary>
internal sealed class SettleOutcome
{
    private readonly Dictionary<Guid, (LoadedKey Loaded, AlertKeyState Key)> _keys = [];
    private readonly Dictionary<Guid, IntegrationScene> _integrations = [];
    private readonly List<Run> _runs = [];
    private readonly List<PendingEffect> _effects = [];

    /// <summary>Alerts by what was done with them.</summary>
    public IEnumerable<(AlertResult Result, long Count)> Counts =>
        _runs.GroupBy(static run => run.Result).Select(static group => (group.Key, group.Sum(static run => run.Last - run.First + 1)));

    /// <summary>How far a stream has come, or null when nothing was decided about it.</summary>
    public long? DoneOf(Guid stream) => _keys.TryGetValue(stream, out var key) ? key.Key.Done : null;

    /// <summary>Notes a decision.</summary>
    public void Add(LoadedKey loaded, ReceivedAlert alert, AlertDecision decision)
    {
        var stream = decision.Key.Key.StreamId;
        if (_runs.Count > 0 && _runs[^1] is { } run && run.StreamId == stream && run.Result == decision.Result && run.CaseId == decision.CaseId)
        {
            _runs[^1] = run with { Last = alert.Version };
        }
        else
        {
            _runs.Add(new Run(stream, alert.Version, alert.Version, decision.Result, decision.CaseId));
        }

        for (var i = 0; i < decision.Effects.Length; i++)
        {
            var id = DerivedId.Of(string.Create(CultureInfo.InvariantCulture, $"intake effect {stream:N} {alert.Version} {i}"));
            _effects.Add(new PendingEffect(id, stream, alert.Version, loaded.OrgId, loaded.IntegrationId, decision.Effects[i]));
        }
    }

    /// <summary>Notes how a key and what it shares stand in the end.</summary>
    public void Add(LoadedKey loaded, AlertKeyState key, IntegrationScene integration)
    {
        _keys[key.StreamId] = (loaded, key);
        _integrations[loaded.IntegrationId] = integration;
    }

    /// <summary>Writes everything, in one round trip.</summary>
    public async ValueTask WriteAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Fill(SettleStatements.Keys(), _keys.Values.Select(static one => one.Key), batch);
        Fill(SettleStatements.Meters(), _integrations.Values.Select(static one => one.Meter), batch);
        Fill(SettleStatements.Groups(), _integrations.Values.SelectMany(static one => one.Groups.Values).Select(static one => one.Group), batch);
        Fill(SettleStatements.Outcomes(now), _runs, batch);
        Fill(SettleStatements.Effects(now), _effects, batch);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Fill<TRow>(RowSet<TRow> set, IEnumerable<TRow> rows, NpgsqlBatch batch)
    {
        foreach (var row in rows)
        {
            set.Add(row);
        }

        set.AddTo(batch);
    }

    /// <summary>Alerts one after another of which the same became.</summary>
    internal sealed record Run(Guid StreamId, long First, long Last, AlertResult Result, Guid? CaseId);
}

/// <summary>The statements that write what was decided.</summary>
internal static class SettleStatements
{
    public static RowSet<AlertKeyState> Keys() => new RowSet<AlertKeyState>(
            """
            update intake_key k
            set done = i.done, open = i.open, case_id = i.case_id, role = i.role, group_key = i.group_key, count = i.count, total = i.total,
                priority = i.priority, acknowledged = i.acknowledged, first_at = i.first_at, last_at = i.last_at, resolved_at = i.resolved_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as i
                (stream_id, done, open, case_id, role, group_key, count, total, priority, acknowledged, first_at, last_at, resolved_at)
            where k.stream_id = i.stream_id
            """)
        .Uuid(static key => key.StreamId)
        .Bigint(static key => key.Done)
        .Boolean(static key => key.Open)
        .Uuid(static key => key.CaseId)
        .Smallint(static key => (short)key.Role)
        .Text(static key => key.GroupKey)
        .Bigint(static key => key.Count)
        .Bigint(static key => key.Total)
        .Smallint(static key => (short)key.Priority)
        .Boolean(static key => key.Acknowledged)
        .Time(static key => key.FirstAt)
        .Time(static key => key.LastAt)
        .Time(static key => key.ResolvedAt);

    public static RowSet<StormMeter> Meters() => new RowSet<StormMeter>(
            """
            update intake_meter m
            set minute = i.minute, opened = i.opened, case_id = i.case_id, count = i.count, open_members = i.open_members
            from unnest($1, $2, $3, $4, $5, $6) as i (integration_id, minute, opened, case_id, count, open_members)
            where m.integration_id = i.integration_id
                and (m.minute, m.opened, m.case_id, m.count, m.open_members) is distinct from (i.minute, i.opened, i.case_id, i.count, i.open_members)
            """)
        .Uuid(static meter => meter.IntegrationId)
        .Time(static meter => meter.Minute)
        .Integer(static meter => meter.Opened)
        .Uuid(static meter => meter.CaseId)
        .Bigint(static meter => meter.Count)
        .Integer(static meter => meter.OpenMembers);

    public static RowSet<AlertGroup> Groups() => new RowSet<AlertGroup>(
            """
            insert into intake_group as g (integration_id, group_key, case_id, joined_at, members, open_members)
            select * from unnest($1, $2, $3, $4, $5, $6)
            on conflict (integration_id, group_key) do update
                set case_id = excluded.case_id, joined_at = excluded.joined_at, members = excluded.members, open_members = excluded.open_members
            """)
        .Uuid(static group => group.IntegrationId)
        .Text(static group => group.Key)
        .Uuid(static group => group.CaseId)
        .Time(static group => group.JoinedAt)
        .Integer(static group => group.Members)
        .Integer(static group => group.OpenMembers);

    public static RowSet<SettleOutcome.Run> Outcomes(DateTimeOffset now) => new RowSet<SettleOutcome.Run>(
            "insert into intake_outcome (stream_id, first, last, result, case_id, decided_at) select * from unnest($1, $2, $3, $4, $5, $6)")
        .Uuid(static run => run.StreamId)
        .Bigint(static run => run.First)
        .Bigint(static run => run.Last)
        .Smallint(static run => (short)run.Result)
        .Uuid(static run => run.CaseId)
        .Time(_ => now);

    public static RowSet<PendingEffect> Effects(DateTimeOffset now) => new RowSet<PendingEffect>(
            """
            insert into intake_effect (id, stream_id, version, org_id, case_id, opens, body, created_at)
            select id, stream_id, version, org_id, case_id, opens, body, created_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8) with ordinality as i (id, stream_id, version, org_id, case_id, opens, body, created_at, place)
            order by place
            """)
        .Uuid(static effect => effect.Id)
        .Uuid(static effect => effect.StreamId)
        .Bigint(static effect => effect.Version)
        .Uuid(static effect => effect.OrgId)
        .Uuid(static effect => effect.Effect.CaseId)
        .Boolean(static effect => effect.Effect is OpensCase)
        .Jsonb(static effect => IntakeJson.Write(effect.Effect))
        .Time(_ => now);
}
