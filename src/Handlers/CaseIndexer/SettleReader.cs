using System.Collections.Immutable;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Intake;
using Switchboard.Intake;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;
using Switchboard.Storage.Intake;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>Locks and reads what decisions on alerts are made on.</summary>
internal sealed class SettleReader(NpgsqlConnection connection, EventCodec codec)
{
    /// <summary>Alerts of one key that are decided at once.</summary>
    private const int MostAlerts = 1_000;

    private const string MakeKeys =
        """
        insert into intake_key (stream_id, org_id, integration_id, dedup_key, done, open, role, count, total, priority, acknowledged)
        select stream_id, org_id, integration_id, dedup_key, 0, false, 0, 0, 0, 0, false from intake_stream where stream_id = any ($1) order by stream_id
        on conflict (stream_id) do nothing
        """;

    // 0 gone, 1 open, 2 closed. One that is still to be opened is open; one that went into another is gone.
    private const string Life =
        """
        case when exists (select from intake_effect e where e.case_id = x.case_id and e.opens) then 1
            else coalesce((
                select case when c.archived_at is not null or exists (select from case_merge m where m.case_id = c.id) then 0
                    when c.status_group = 2 then 2 else 1 end
                from "case" c where c.id = x.case_id), 0) end
        """;

    private const string Keys =
        $"""
        select x.stream_id, x.org_id, x.integration_id, x.dedup_key, x.done, x.open, x.case_id, x.role, x.group_key, x.count, x.total, x.priority,
            x.acknowledged, x.first_at, x.last_at, x.resolved_at, {Life}
        from intake_key x where x.stream_id = any ($1) order by x.stream_id for update
        """;

    private const string Alerts =
        """
        select e.stream_id, e.version, e.recorded_at, e.type, e.schema, e.payload
        from intake_key k
        cross join lateral (
            select * from domain_events d where d.stream_id = k.stream_id and d.version > k.done order by d.version limit $2
        ) e
        where k.stream_id = any ($1) order by e.stream_id, e.version
        """;

    private const string Integrations =
        "select id, name, rules from intake_integration where id = any ($1)";

    private const string MakeMeters =
        """
        insert into intake_meter (integration_id, minute, opened, count, open_members)
        select id, '-infinity', 0, 0, 0 from unnest($1) as i (id) order by id on conflict (integration_id) do nothing
        """;

    private const string Meters =
        $"""
        select x.integration_id, case when x.minute = '-infinity' then '0001-01-01' else x.minute end, x.opened, x.case_id, x.count, x.open_members, {Life}
        from intake_meter x where x.integration_id = any ($1) order by x.integration_id for update
        """;

    private const string Groups =
        $"""
        select x.integration_id, x.group_key, x.case_id, x.joined_at, x.members, x.open_members, {Life}
        from intake_group x join unnest($1, $2) as g (integration_id, group_key) using (integration_id, group_key)
        order by x.integration_id, x.group_key for update of x
        """;

    private const string Pending =
        """
        select id, stream_id, version, org_id, body, (select integration_id from intake_stream s where s.stream_id = e.stream_id) from intake_effect e
        where stream_id = any ($1) order by stream_id, number
        """;

    /// <summary>The keys of streams, locked, with the alerts that have come since they were last decided.</summary>
    public async ValueTask<Dictionary<Guid, LoadedKey>> ReadKeysAsync(Guid[] streams, CancellationToken cancellationToken)
    {
        // Three statements: each sees what is committed when it begins, so the alerts are read behind the lock.
        await using var batch = Batch((MakeKeys, [Uuids(streams)]), (Keys, [Uuids(streams)]), (Alerts, [Uuids(streams), Parameters.Of(MostAlerts)]));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var keys = new Dictionary<Guid, LoadedKey>();
        while (await row.ReadAsync(cancellationToken))
        {
            keys.Add(row.GetGuid(0), ReadKey(row));
        }

        await row.NextResultAsync(cancellationToken);
        var alerts = new Dictionary<Guid, ImmutableArray<ReceivedAlert>.Builder>();
        while (await row.ReadAsync(cancellationToken))
        {
            var fact = (AlertReceived)codec.Decode(row.GetString(3), row.GetInt16(4), row.GetFieldValue<byte[]>(5));
            if (!alerts.TryGetValue(row.GetGuid(0), out var list))
            {
                alerts.Add(row.GetGuid(0), list = ImmutableArray.CreateBuilder<ReceivedAlert>());
            }

            list.Add(new ReceivedAlert(row.GetInt64(1), row.Time(2), fact));
        }

        foreach (var (stream, list) in alerts)
        {
            keys[stream] = keys[stream] with { Alerts = list.ToImmutable() };
        }

        return keys;
    }

    /// <summary>What the keys of integrations share, locked.</summary>
    public async ValueTask<Dictionary<Guid, IntegrationScene>> ReadIntegrationsAsync(IReadOnlyCollection<LoadedKey> keys, CancellationToken cancellationToken)
    {
        var ids = keys.Select(static key => key.IntegrationId).Distinct().Order().ToArray();
        var known = await ReadRulesAsync(ids, cancellationToken);

        // One that was deleted: its alerts go where they were routed to, by the usual rules.
        var scenes = ids.ToDictionary(static id => id, id => known.GetValueOrDefault(id) ?? SceneOf(id, FactOf(keys, id)));
        await ReadMetersAsync(ids, scenes, cancellationToken);
        var groups = GroupsOf(keys, scenes).Distinct().Order().ToList();
        if (groups.Count > 0)
        {
            await ReadGroupsAsync(groups, scenes, cancellationToken);
        }

        return scenes;
    }

    /// <summary>What is still to be done for streams.</summary>
    public async ValueTask<Dictionary<Guid, ImmutableArray<PendingEffect>>> ReadPendingAsync(Guid[] streams, CancellationToken cancellationToken)
    {
        await using var batch = Batch((Pending, [Uuids(streams)]));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var pending = new List<PendingEffect>();
        while (await row.ReadAsync(cancellationToken))
        {
            pending.Add(new PendingEffect(
                row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetGuid(3), row.GetGuid(5), IntakeJson.ReadEffect(row.GetFieldValue<byte[]>(4))));
        }

        return pending.GroupBy(static one => one.StreamId).ToDictionary(static one => one.Key, static one => one.ToImmutableArray());
    }

    private async ValueTask<Dictionary<Guid, IntegrationScene>> ReadRulesAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var batch = Batch((Integrations, [Uuids(ids)]));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var scenes = new Dictionary<Guid, IntegrationScene>();
        while (await row.ReadAsync(cancellationToken))
        {
            scenes.Add(row.GetGuid(0), SceneOf(row.GetGuid(0), row.GetString(1), IntakeJson.ReadRules(row.GetFieldValue<byte[]>(2))));
        }

        return scenes;
    }

    private async ValueTask ReadMetersAsync(Guid[] ids, Dictionary<Guid, IntegrationScene> scenes, CancellationToken cancellationToken)
    {
        await using var batch = Batch((MakeMeters, [Uuids(ids)]), (Meters, [Uuids(ids)]));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var meter = new StormMeter(row.GetGuid(0))
            {
                Minute = row.Time(1),
                Opened = row.GetInt32(2),
                CaseId = row.GuidOrNull(3),
                Count = row.GetInt64(4),
                OpenMembers = row.GetInt32(5),
            };
            scenes[meter.IntegrationId] = scenes[meter.IntegrationId] with { Meter = meter, MeterLife = (CaseLife)row.GetInt32(6) };
        }
    }

    private async ValueTask ReadGroupsAsync(List<(Guid Id, string Key)> groups, Dictionary<Guid, IntegrationScene> scenes, CancellationToken cancellationToken)
    {
        await using var batch = Batch((Groups, [Uuids([.. groups.Select(static one => one.Id)]), Parameters.Of(groups.Select(static one => one.Key))]));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var group = new AlertGroup(row.GetGuid(0), row.GetString(1))
            {
                CaseId = row.GuidOrNull(2),
                JoinedAt = row.Time(3),
                Members = row.GetInt32(4),
                OpenMembers = row.GetInt32(5),
            };
            scenes[group.IntegrationId] = scenes[group.IntegrationId].With(new GroupScene(group, (CaseLife)row.GetInt32(6)));
        }
    }

    private static IEnumerable<(Guid Id, string Key)> GroupsOf(IReadOnlyCollection<LoadedKey> keys, Dictionary<Guid, IntegrationScene> scenes)
    {
        foreach (var key in keys)
        {
            if (key.Scene.Key.GroupKey is { } present)
            {
                yield return (key.IntegrationId, present);
                if (key.Scene.Key.CaseId is { } caseId)
                {
                    yield return (key.IntegrationId, AlertGroup.FormerKey(present, caseId));
                }
            }

            foreach (var alert in key.Alerts)
            {
                if (AlertDecider.GroupKeyOf(scenes[key.IntegrationId].Rules, alert.Fact.Alert) is { } group)
                {
                    yield return (key.IntegrationId, group);
                }
            }
        }
    }

    private static AlertReceived FactOf(IReadOnlyCollection<LoadedKey> keys, Guid integrationId) => keys.First(key => key.IntegrationId == integrationId).Alerts[0].Fact;

    private static IntegrationScene SceneOf(Guid id, AlertReceived fact) =>
        SceneOf(id, "a deleted integration", new IntegrationRules { ProjectId = fact.ProjectId, TypeId = fact.TypeId });

    private static IntegrationScene SceneOf(Guid id, string name, IntegrationRules rules) =>
        new(rules, name, new StormMeter(id), CaseLife.Gone, ImmutableDictionary<string, GroupScene>.Empty);

    private static LoadedKey ReadKey(NpgsqlDataReader row) => new(
        row.GetGuid(1),
        row.GetGuid(2),
        row.GetString(3),
        new KeyScene(
            new AlertKeyState(row.GetGuid(0))
            {
                Done = row.GetInt64(4),
                Open = row.GetBoolean(5),
                CaseId = row.GuidOrNull(6),
                Role = (CaseRole)row.GetInt16(7),
                GroupKey = row.TextOrNull(8),
                Count = row.GetInt64(9),
                Total = row.GetInt64(10),
                Priority = (CasePriority)row.GetInt16(11),
                Acknowledged = row.GetBoolean(12),
                FirstAt = row.TimeOrNull(13),
                LastAt = row.TimeOrNull(14),
                ResolvedAt = row.TimeOrNull(15),
            },
            (CaseLife)row.GetInt32(16)),
        []);

    private NpgsqlBatch Batch(params ReadOnlySpan<(string Sql, NpgsqlParameter[] Parameters)> commands)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var (sql, parameters) in commands)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddRange(parameters);
            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private static NpgsqlParameter Uuids(Guid[] ids) => Parameters.Of(ids.AsSpan());
}
