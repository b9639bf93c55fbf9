using System.Collections.Immutable;
using Npgsql;
using Switchboard.Grains.Intake;
using Switchboard.Handlers.Lanes;
using Switchboard.Storage.Events;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>
/// Decides the alerts of many dedup keys in one transaction: their rows are locked and read, and so is what they share; the decisions are
/// made; what came of them is written. Rows are locked in one order everywhere: keys, meters, groups, each by its key.
/// </summary>
internal sealed class SettleLane(LaneParts parts, EventCodec codec, IndexerInstruments instruments) : GroupLane<SettleItem>(parts)
{
    protected override async ValueTask<Settlement[]> CommitAsync(NpgsqlConnection connection, IReadOnlyList<SettleItem> group, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var reader = new SettleReader(connection, codec);
        var keys = await reader.ReadKeysAsync([.. group.Select(static item => item.Record.StreamId).Distinct().Order()], cancellationToken);
        var work = keys.Values.Where(static key => !key.Alerts.IsEmpty).ToList();
        var outcome = new SettleOutcome();
        if (work.Count > 0)
        {
            var integrations = await reader.ReadIntegrationsAsync(work, cancellationToken);
            foreach (var key in work)
            {
                Decide(key, integrations, outcome);
            }

            await outcome.WriteAsync(connection, Parts.Time.GetUtcNow(), cancellationToken);
        }

        var pending = await reader.ReadPendingAsync([.. keys.Keys], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var (result, count) in outcome.Counts)
        {
            instruments.Decided(result, count);
        }

        foreach (var item in group)
        {
            var stream = item.Record.StreamId;
            item.Done = outcome.DoneOf(stream) ?? keys.GetValueOrDefault(stream)?.Scene.Key.Done ?? 0;
            item.Pending = pending.GetValueOrDefault(stream, []);
        }

        return [.. group.Select(static _ => Settlement.Applied)];
    }

    private static void Decide(LoadedKey loaded, Dictionary<Guid, IntegrationScene> integrations, SettleOutcome outcome)
    {
        var scene = loaded.Scene;
        var integration = integrations[loaded.IntegrationId];
        foreach (var alert in loaded.Alerts)
        {
            var decision = AlertDecider.Decide(integration, scene, alert);
            (integration, scene) = (decision.Integration, decision.Key);
            outcome.Add(loaded, alert, decision);
        }

        integrations[loaded.IntegrationId] = integration;
        outcome.Add(loaded, scene.Key, integration);
    }
}

/// <summary>A dedup key as it was read.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="IntegrationId">The integration.</param>
/// <param name="DedupKey">The key.</param>
/// <param name="Scene">How it stands.</param>
/// <param name="Alerts">What has come since.</param>
internal sealed record LoadedKey(Guid OrgId, Guid IntegrationId, string DedupKey, KeyScene Scene, ImmutableArray<ReceivedAlert> Alerts);
