using System.Collections.Immutable;
using Switchboard.Events;
using Switchboard.Grains.Intake;
using Switchboard.Handlers.Lanes;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>A dedup key whose alerts are to be decided.</summary>
internal sealed class SettleItem(EventRecord record, long started) : LaneItem(record, started)
{
    /// <summary>The number of the last alert that is decided.</summary>
    public long Done { get; set; }

    /// <summary>What is to be done to cases, in order.</summary>
    public ImmutableArray<PendingEffect> Pending { get; set; } = [];
}

/// <summary>Something that is still to be done to a case.</summary>
/// <param name="Id">By which a repetition is recognised.</param>
/// <param name="StreamId">The dedup key's stream.</param>
/// <param name="Version">The alert that caused it.</param>
/// <param name="OrgId">The organisation.</param>
/// <param name="IntegrationId">In whose name.</param>
/// <param name="Effect">What.</param>
internal sealed record PendingEffect(Guid Id, Guid StreamId, long Version, Guid OrgId, Guid IntegrationId, CaseEffect Effect);
