using System.Collections.Immutable;
using Switchboard.Commands;

namespace Switchboard.Grains.Timeline;

/// <summary>Reads what happened to a case, event by event. A little behind the case itself: it is written by a handler.</summary>
public interface ICaseHistory
{
    /// <summary>A page of entries of a case of the organisation, in order of the events.</summary>
    ValueTask<ImmutableArray<HistoryEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken);
}

/// <summary>Which entries to read.</summary>
/// <param name="OrgId">The organisation; a case of another has no entries.</param>
/// <param name="CaseId">The case.</param>
/// <param name="PageSize">Entries a page.</param>
/// <param name="PageNumber">The page, from 0.</param>
/// <param name="Ascending">Oldest first.</param>
/// <param name="CellId">Only what happened to this comment, or null.</param>
public sealed record HistoryQuery(Guid OrgId, Guid CaseId, int PageSize, int PageNumber, bool Ascending, Guid? CellId = null)
{
    /// <summary>Projects that the reader may not view: entries that tell of a merge with a case in them are left out.</summary>
    public ImmutableArray<Guid> Hidden { get; init; } = [];
}

/// <summary>One event of a case, readable.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Version">Its number within the case.</param>
/// <param name="Kind">What happened: <c>OPENED</c>, <c>STATUS_CHANGED</c>, <c>COMMENT_EDITED</c>, ...; the event's stored name in capitals.</param>
/// <param name="CellId">The comment that it is about, or null.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="OldValue">JSON of what was before, or null.</param>
/// <param name="NewValue">JSON of what came, or null.</param>
/// <param name="Sentence">What happened, in words; users stand as <c>@{id}</c>, because names change.</param>
/// <param name="OccurredAt">When.</param>
public sealed record HistoryEntry(
    Guid EventId,
    long Version,
    string Kind,
    Guid? CellId,
    Actor Actor,
    string? OldValue,
    string? NewValue,
    string Sentence,
    DateTimeOffset OccurredAt);
