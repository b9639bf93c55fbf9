using System.Collections.Immutable;

namespace Switchboard.Grains.Analytics;

/// <summary>Figures about an organisation's cases. A little behind the cases themselves: they are written by a handler.</summary>
public interface ICaseAnalytics
{
    /// <summary>The figures of each group, the largest group first; days in order of time. At most <see cref="MostGroups"/> groups.</summary>
    ValueTask<ImmutableArray<CaseFigures>> QueryAsync(AnalyticsQuery query, CancellationToken cancellationToken);

    /// <summary>The most groups that an answer has.</summary>
    public const int MostGroups = 1000;
}

/// <summary>What to count.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="By">What makes a group.</param>
/// <param name="From">Cases opened from then on.</param>
/// <param name="To">Cases opened before then.</param>
/// <param name="ProjectId">Of this project only, or null.</param>
public sealed record AnalyticsQuery(Guid OrgId, AnalyticsGroup By, DateTimeOffset From, DateTimeOffset To, Guid? ProjectId = null)
{
    /// <summary>Projects whose cases are left out: those that whoever asks may not see.</summary>
    public ImmutableArray<Guid> Hidden { get; init; } = [];
}

/// <summary>What makes a group.</summary>
public enum AnalyticsGroup
{
    /// <summary>All cases are one.</summary>
    None = 0,

    /// <summary>The group of statuses.</summary>
    StatusGroup = 1,

    /// <summary>The status by name.</summary>
    Status = 2,

    /// <summary>The priority.</summary>
    Priority = 3,

    /// <summary>The project.</summary>
    Project = 4,

    /// <summary>The assignee; cases without one are a group.</summary>
    Assignee = 5,

    /// <summary>The day, in UTC, on which things happened: opened, acknowledged, resolved, reopened on that day.</summary>
    Day = 6,

    /// <summary>Why the case is closed (<see cref="Switchboard.Cases.ClosedReasons"/>); those that are open, and those of which nobody said why, are a group.</summary>
    ClosedReason = 7,
}

/// <summary>The figures of a group. Deleted cases and merged duplicates are not counted, except on the days on which something happened to them.</summary>
/// <param name="Value">What the group has in common: a name, an id, a day (<c>2026-05-01</c>); null for cases without an assignee or reason and for the group of all.</param>
/// <param name="Cases">Cases in the group; opened on that day.</param>
/// <param name="Acknowledged">How many left the open statuses at least once.</param>
/// <param name="Resolved">How many were closed at least once.</param>
/// <param name="Reopens">How often they came back from a closed status.</param>
/// <param name="MeanToAcknowledge">Mean time from opening to leaving the open statuses, of those that did; null when none did.</param>
/// <param name="MeanToResolve">Mean time from opening to being closed first, of those that were; null when none was.</param>
/// <param name="Open">Time that they have spent in open statuses until now, together; null by day.</param>
/// <param name="InProgress">Likewise in progress.</param>
/// <param name="Closed">Likewise closed.</param>
public sealed record CaseFigures(
    string? Value,
    long Cases,
    long Acknowledged,
    long Resolved,
    long Reopens,
    TimeSpan? MeanToAcknowledge,
    TimeSpan? MeanToResolve,
    TimeSpan? Open = null,
    TimeSpan? InProgress = null,
    TimeSpan? Closed = null);
