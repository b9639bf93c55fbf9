using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Cases;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake;

/// <summary>
/// Decides what an alert does: opens a case, updates the open one, joins that of its group, is counted in the overflow case, ends the
/// trouble. Pure: the same alerts in the same order come to the same end.
/// </summary>
public static class AlertDecider
{
    /// <summary>New members of a group that are written into its case by name; later ones only by number.</summary>
    private const int NamedMembers = 20;

    /// <summary>Decides one alert.</summary>
    public static AlertDecision Decide(IntegrationScene integration, KeyScene scene, ReceivedAlert received)
    {
        var key = scene.Key with { Done = received.Version, Total = scene.Key.Total + 1, LastAt = received.At };
        scene = scene with { Key = key };
        return received.Fact.Alert.Status switch
        {
            AlertStatus.Trigger => Trigger(integration, scene, received),
            AlertStatus.Acknowledge => Acknowledge(integration, scene),
            AlertStatus.Resolve => Resolve(integration, scene, received),
            var other => throw new ArgumentOutOfRangeException(nameof(received), other, "No such status of an alert."),
        };
    }

    /// <summary>What alerts of a group have in common, or null for one that belongs to none.</summary>
    public static string? GroupKeyOf(IntegrationRules rules, IntakeAlert alert)
    {
        if (rules.GroupBy.IsEmpty)
        {
            return null;
        }

        var values = rules.GroupBy.Select(field => (Field: field, Value: AlertFields.ValueOf(alert, field))).ToList();
        return values.TrueForAll(static one => one.Value.Length == 0)
            ? null
            : AlertText.Key(string.Join(", ", values.Select(static one => $"{one.Field}={one.Value}")));
    }

    private static AlertDecision Trigger(IntegrationScene integration, KeyScene scene, ReceivedAlert received)
    {
        var (key, rules) = (scene.Key, integration.Rules);
        if (key.Open && scene.Life == CaseLife.Open)
        {
            return Repeat(integration, scene, received);
        }

        if (!key.Open && key.Role == CaseRole.Own && scene.Life == CaseLife.Closed
            && key.ResolvedAt is { } ended && received.At - ended <= TimeSpan.FromSeconds(rules.ReopenWithinSeconds))
        {
            var back = scene with { Key = Begin(key, received, key.CaseId!.Value, CaseRole.Own, null), Life = CaseLife.Open };
            return new AlertDecision(integration, back, AlertResult.Reopened, key.CaseId,
                [new MovesCase(key.CaseId.Value, StatusGroup.Open), new CommentsCase(key.CaseId.Value, $"It is back: {received.Fact.Alert.Title}")]);
        }

        return GroupKeyOf(rules, received.Fact.Alert) is { } group && Joined(integration, scene, received, group) is { } joined
            ? joined
            : OpenOwn(integration, scene, received);
    }

    private static AlertDecision Repeat(IntegrationScene integration, KeyScene scene, ReceivedAlert received)
    {
        var (key, alert) = (scene.Key, received.Fact.Alert);
        var caseId = key.CaseId!.Value;
        var count = key.Count + 1;
        var effects = ImmutableArray.CreateBuilder<CaseEffect>();
        if (IsHigher(alert.Priority, key.Priority) && key.Role != CaseRole.Overflow)
        {
            key = key with { Priority = alert.Priority };
            effects.Add(new RaisesCase(caseId, alert.Priority));
        }

        if (key.Role == CaseRole.Overflow)
        {
            (integration, var counted) = Count(integration);
            effects.AddRange(counted);
        }
        else if (IsRound(count))
        {
            effects.Add(new CommentsCase(caseId, Invariant($"Received {count} times since {key.FirstAt:u}, last at {received.At:u}: {alert.Title}")));
        }

        return new AlertDecision(integration, scene with { Key = key with { Count = count } }, AlertResult.Updated, caseId, effects.ToImmutable());
    }

    /// <summary>The decision to join a group's case, or null where the group has none to join now.</summary>
    private static AlertDecision? Joined(IntegrationScene integration, KeyScene scene, ReceivedAlert received, string groupKey)
    {
        var (group, life) = integration.GroupOf(groupKey);
        if (group.CaseId is not { } caseId || life != CaseLife.Open
            || received.At - group.JoinedAt > TimeSpan.FromSeconds(integration.Rules.GroupWindowSeconds))
        {
            return null;
        }

        var members = group.Members + 1;
        var text = members <= NamedMembers ? $"Also: {received.Fact.Alert.Title}"
            : IsRound(members) ? Invariant($"{members} alerts are in this case now, last: {received.Fact.Alert.Title}")
            : null;
        group = group with { Members = members, OpenMembers = group.OpenMembers + 1, JoinedAt = received.At };
        return new AlertDecision(
            integration.With(new GroupScene(group, CaseLife.Open)),
            new KeyScene(Begin(scene.Key, received, caseId, CaseRole.Group, groupKey), CaseLife.Open),
            AlertResult.Grouped,
            caseId,
            text is null ? [] : [new CommentsCase(caseId, text)]);
    }

    private static AlertDecision OpenOwn(IntegrationScene integration, KeyScene scene, ReceivedAlert received)
    {
        var minute = new DateTimeOffset(received.At.UtcTicks - (received.At.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        var meter = integration.Meter;
        meter = meter.Minute == minute ? meter : meter with { Minute = minute, Opened = 0 };
        integration = integration with { Meter = meter };
        if (meter.Opened >= integration.Rules.MaxCasesPerMinute)
        {
            return Overflow(integration, scene, received);
        }

        integration = integration with { Meter = meter with { Opened = meter.Opened + 1 } };
        var caseId = DerivedId.Of(Invariant($"intake case {scene.Key.StreamId:N} {received.Version}"));
        var groupKey = GroupKeyOf(integration.Rules, received.Fact.Alert);
        if (groupKey is not null)
        {
            if (integration.GroupOf(groupKey) is { Life: CaseLife.Open, Group: { CaseId: { } former, OpenMembers: > 0 } past })
            {
                // The trouble in its former case goes on: that is closed when those in it are over.
                integration = integration.With(new GroupScene(past with { Key = AlertGroup.FormerKey(groupKey, former) }, CaseLife.Open));
            }

            var group = new AlertGroup(integration.Meter.IntegrationId, groupKey) { CaseId = caseId, JoinedAt = received.At, Members = 1, OpenMembers = 1 };
            integration = integration.With(new GroupScene(group, CaseLife.Open));
        }

        var key = Begin(scene.Key, received, caseId, groupKey is null ? CaseRole.Own : CaseRole.Group, groupKey);
        return new AlertDecision(integration, new KeyScene(key, CaseLife.Open), AlertResult.Opened, caseId, [AlertCase.Of(caseId, integration.Name, received.Fact)]);
    }

    private static AlertDecision Overflow(IntegrationScene integration, KeyScene scene, ReceivedAlert received)
    {
        var effects = ImmutableArray.CreateBuilder<CaseEffect>();
        if (integration.Meter.CaseId is null || integration.MeterLife != CaseLife.Open)
        {
            var opened = DerivedId.Of(Invariant($"intake overflow {scene.Key.StreamId:N} {received.Version}"));
            integration = integration with { Meter = integration.Meter with { CaseId = opened, Count = 0, OpenMembers = 0 }, MeterLife = CaseLife.Open };
            effects.Add(AlertCase.OfOverflow(opened, integration.Name, integration.Rules.MaxCasesPerMinute, received));
        }

        var caseId = integration.Meter.CaseId!.Value;
        integration = integration with { Meter = integration.Meter with { OpenMembers = integration.Meter.OpenMembers + 1 } };
        (integration, var counted) = Count(integration);
        effects.AddRange(counted);
        var key = Begin(scene.Key, received, caseId, CaseRole.Overflow, null);
        return new AlertDecision(integration, new KeyScene(key, CaseLife.Open), AlertResult.Overflowed, caseId, effects.ToImmutable());
    }

    private static AlertDecision Acknowledge(IntegrationScene integration, KeyScene scene)
    {
        var key = scene.Key;
        if (!key.Open || key.Acknowledged || scene.Life != CaseLife.Open)
        {
            return new AlertDecision(integration, scene, AlertResult.Ignored, key.CaseId, []);
        }

        var caseId = key.CaseId!.Value;
        ImmutableArray<CaseEffect> effects = key.Role == CaseRole.Own
            ? [new MovesCase(caseId, StatusGroup.InProgress), new CommentsCase(caseId, "Acknowledged by the sender.")]
            : [];
        return new AlertDecision(integration, scene with { Key = key with { Acknowledged = true } }, AlertResult.Acknowledged, caseId, effects);
    }

    private static AlertDecision Resolve(IntegrationScene integration, KeyScene scene, ReceivedAlert received)
    {
        var key = scene.Key;
        if (!key.Open)
        {
            return new AlertDecision(integration, scene, AlertResult.Ignored, key.CaseId, []);
        }

        var caseId = key.CaseId!.Value;
        var ended = key with { Open = false, ResolvedAt = received.At };
        if (scene.Life != CaseLife.Open)
        {
            // A person was quicker.
            return new AlertDecision(Leave(integration, key).Integration, scene with { Key = ended }, AlertResult.Resolved, caseId, []);
        }

        (integration, var isLast) = Leave(integration, key);
        var closes = isLast && integration.Rules.CloseOnResolve;
        var effects = ImmutableArray.CreateBuilder<CaseEffect>();
        if (isLast)
        {
            effects.Add(new CommentsCase(caseId, key.Role == CaseRole.Own
                ? Invariant($"Resolved by the sender after {key.Count} alert(s) since {key.FirstAt:u}.")
                : "All alerts in this case are resolved."));
        }

        if (closes)
        {
            effects.Add(new MovesCase(caseId, StatusGroup.Closed));
        }

        var life = closes ? CaseLife.Closed : scene.Life;
        return new AlertDecision(closes ? Closed(integration, key) : integration, new KeyScene(ended, life), AlertResult.Resolved, caseId, effects.ToImmutable());
    }

    /// <summary>Takes a key whose trouble is over out of the numbers of its case; says whether it was the last one in it.</summary>
    private static (IntegrationScene Integration, bool IsLast) Leave(IntegrationScene integration, AlertKeyState key)
    {
        switch (key.Role)
        {
            case CaseRole.Group when GroupOf(integration, key) is { } found:
                var group = found.Group with { OpenMembers = found.Group.OpenMembers - 1 };
                return (integration.With(found with { Group = group }), group.OpenMembers == 0);
            case CaseRole.Overflow when integration.Meter.CaseId == key.CaseId:
                var meter = integration.Meter with { OpenMembers = integration.Meter.OpenMembers - 1 };
                return (integration with { Meter = meter }, meter.OpenMembers == 0);
            default:
                return (integration, key.Role == CaseRole.Own);
        }
    }

    private static IntegrationScene Closed(IntegrationScene integration, AlertKeyState key) => key.Role switch
    {
        CaseRole.Group when GroupOf(integration, key) is { } found => integration.With(new GroupScene(found.Group with { CaseId = null }, CaseLife.Gone)),
        CaseRole.Overflow => integration with { Meter = integration.Meter with { CaseId = null }, MeterLife = CaseLife.Gone },
        _ => integration,
    };

    /// <summary>The group whose case a key is in: the present one, or a former one of the same key; null when it is forgotten.</summary>
    private static GroupScene? GroupOf(IntegrationScene integration, AlertKeyState key)
    {
        if (key.GroupKey is not { } groupKey || key.CaseId is not { } caseId)
        {
            return null;
        }

        return integration.GroupOf(groupKey) is { } present && present.Group.CaseId == caseId ? present
            : integration.Groups.GetValueOrDefault(AlertGroup.FormerKey(groupKey, caseId)) is { } former && former.Group.CaseId == caseId ? former
            : null;
    }

    private static (IntegrationScene Integration, ImmutableArray<CaseEffect> Effects) Count(IntegrationScene integration)
    {
        var meter = integration.Meter with { Count = integration.Meter.Count + 1 };
        return (
            integration with { Meter = meter },
            meter.CaseId is { } caseId && IsRound(meter.Count)
                ? [new CommentsCase(caseId, Invariant($"{meter.Count} alerts are counted here now; the trouble goes on for {meter.OpenMembers} of their keys."))]
                : []);
    }

    private static AlertKeyState Begin(AlertKeyState key, ReceivedAlert received, Guid caseId, CaseRole role, string? groupKey) => key with
    {
        Open = true,
        CaseId = caseId,
        Role = role,
        GroupKey = groupKey,
        Count = 1,
        Priority = received.Fact.Alert.Priority,
        Acknowledged = false,
        FirstAt = received.At,
        ResolvedAt = null,
    };

    private static bool IsHigher(CasePriority one, CasePriority other) =>
        one != CasePriority.NotDefined && (other == CasePriority.NotDefined || one < other);

    /// <summary>2, 5, 10, 20, 50, 100, ...: what is written down of a number that may become large.</summary>
    private static bool IsRound(long count)
    {
        if (count < 2)
        {
            return false;
        }

        while (count % 10 == 0)
        {
            count /= 10;
        }

        return count is 1 or 2 or 5;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An alert as it lies in its stream.</summary>
/// <param name="Version">Its number there.</param>
/// <param name="At">When it was taken in.</param>
/// <param name="Fact">What it says.</param>
public sealed record ReceivedAlert(long Version, DateTimeOffset At, AlertReceived Fact);

/// <summary>A dedup key, and how it stands with its case.</summary>
public sealed record KeyScene(AlertKeyState Key, CaseLife Life);

/// <summary>A group, and how it stands with its case.</summary>
public sealed record GroupScene(AlertGroup Group, CaseLife Life);

/// <summary>What the keys of an integration share.</summary>
/// <param name="Rules">Its rules.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Meter">What it has opened lately.</param>
/// <param name="MeterLife">How it stands with the overflow case.</param>
/// <param name="Groups">The groups that are known, by their keys.</param>
public sealed record IntegrationScene(
    IntegrationRules Rules, string Name, StormMeter Meter, CaseLife MeterLife, ImmutableDictionary<string, GroupScene> Groups)
{
    /// <summary>A group; an empty one where none is known.</summary>
    public GroupScene GroupOf(string key) => Groups.GetValueOrDefault(key) ?? new GroupScene(new AlertGroup(Meter.IntegrationId, key), CaseLife.Gone);

    /// <summary>With another state of a group.</summary>
    public IntegrationScene With(GroupScene group) => this with { Groups = Groups.SetItem(group.Group.Key, group) };
}

/// <summary>What was decided about an alert.</summary>
/// <param name="Integration">What the keys of the integration share, after it.</param>
/// <param name="Key">Its key, after it.</param>
/// <param name="Result">What is done with it.</param>
/// <param name="CaseId">The case that it is in, or null.</param>
/// <param name="Effects">What is to be done to cases, in order.</param>
public sealed record AlertDecision(IntegrationScene Integration, KeyScene Key, AlertResult Result, Guid? CaseId, ImmutableArray<CaseEffect> Effects);
