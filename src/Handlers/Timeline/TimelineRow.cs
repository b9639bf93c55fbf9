using Switchboard.Grains.Timeline;

namespace Switchboard.Handlers.Timeline;

/// <summary>An entry and the case that it belongs to.</summary>
internal sealed record TimelineRow(Guid OrgId, Guid CaseId, HistoryEntry Entry);
