using System.Collections.Concurrent;
using Switchboard.Events;
using Switchboard.Handlers.Running;
using Switchboard.Intake;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>
/// Makes cases of alerts. An event says that there are alerts of a dedup key; all that its stream holds by then are decided at once, and the
/// events of those find nothing left to do. What is decided is stored with the number of the last alert, so that no alert counts twice; what
/// it does to cases is stored with it, and carried out afterwards, however often that is interrupted.
/// </summary>
internal sealed class CaseIndexerHandler(PipeParts parts, EffectRunner runner, IndexerInstruments instruments) : OutsideHandler, IAsyncDisposable
{
    private const int MostRemembered = 100_000;

    private readonly ConcurrentDictionary<Guid, long> _done = new();
    private readonly PerTenant<SettleLane> _lanes = new(async (tenant, cancellationToken) =>
        new SettleLane(await parts.LaneAsync(Definition, tenant, cancellationToken), parts.Codec, instruments));

    private readonly PerTenant<ForgetLane> _forgetting = new(async (tenant, cancellationToken) =>
        new ForgetLane(await parts.LaneAsync(Definition, tenant, cancellationToken)));

    /// <summary>Its name and policy.</summary>
    public static Flavor Definition { get; } = new("case-indexer") { Topic = "case-intake" };

    public override Flavor Flavor => Definition;

    /// <summary>It has marks of its own.</summary>
    public override bool IsRepeatable => true;

    public override bool Wants(EventRecord record) => record.StreamType == AlertReceived.StreamType && record.Tenant == TenantDatabases.CaseManagementTenant;

    public override async ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken)
    {
        var record = handled.Record;
        if (_done.TryGetValue(record.StreamId, out var done) && record.Version <= done)
        {
            return;
        }

        var lane = await _lanes.GetAsync(record.Tenant, cancellationToken);
        while (true)
        {
            var item = new SettleItem(record, parts.Time.GetTimestamp());
            _ = await lane.RunAsync(item, cancellationToken);
            await runner.RunAsync(item.Pending, done => ForgetAsync(record, done), cancellationToken);
            Remember(record.StreamId, item.Done);
            if (item.Done >= record.Version)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lanes.DisposeAsync();
        await _forgetting.DisposeAsync();
    }

    private async ValueTask ForgetAsync(EventRecord record, Guid[] done)
    {
        var lane = await _forgetting.GetAsync(record.Tenant, CancellationToken.None);
        _ = await lane.RunAsync(new ForgetItem(record, parts.Time.GetTimestamp(), done), CancellationToken.None);
    }

    private void Remember(Guid stream, long done)
    {
        if (_done.Count > MostRemembered)
        {
            _done.Clear();
        }

        _done[stream] = done;
    }
}
