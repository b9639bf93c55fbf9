using Switchboard.Cases;

namespace Switchboard.Handlers.Analytic;

/// <summary>What an event does to a case's figures and to those of its day. Pure, so that every rebuild gives the same amounts.</summary>
internal static class AnalyticFold
{
    /// <summary>Applies an event.</summary>
    /// <param name="before">The case before it; null before the first event.</param>
    /// <param name="handled">The event.</param>
    /// <returns>The case after it, and what its day gets; null in place of the delta when nothing.</returns>
    /// <exception cref="InvalidOperationException">The case was never opened here: its first events are missing.</exception>
    public static (AnalyticCase After, DayDelta? Delta) Apply(AnalyticCase? before, HandledEvent handled)
    {
        var record = handled.Record;
        if (handled.Body is CaseOpened opened)
        {
            // Opened in a status that nobody has to acknowledge, or closed from the start.
            var acknowledged = opened.StatusGroup != StatusGroup.Open;
            var resolved = opened.StatusGroup == StatusGroup.Closed;
            var fresh = new AnalyticCase
            {
                CaseId = record.StreamId,
                OrgId = record.OrgId,
                Version = record.Version,
                ProjectId = opened.ProjectId,
                TypeId = opened.TypeId,
                Priority = opened.Priority,
                StatusGroup = opened.StatusGroup,
                StatusName = opened.StatusName,
                AssigneeId = opened.AssigneeId,
                OpenedAt = record.OccurredAt,
                AcknowledgedAt = acknowledged ? record.OccurredAt : null,
                ResolvedAt = resolved ? record.OccurredAt : null,
                StateSince = record.OccurredAt,
            };
            return (fresh, new DayDelta(Opened: 1, Acknowledged: acknowledged ? 1 : 0, Resolved: resolved ? 1 : 0));
        }

        if (before is null)
        {
            throw new InvalidOperationException(
                $"Event {record.Version} of case {record.StreamId} came, but the case was never opened here; rebuild the flavor from the log's beginning.");
        }

        var at = before with { Version = record.Version };
        return handled.Body switch
        {
            StatusChanged e => StatusTo(at, e.To, e.ToGroup, record.OccurredAt),
            PriorityChanged e => (at with { Priority = e.To }, null),
            AssigneeChanged e => (at with { AssigneeId = e.To }, null),
            CaseMoved e => (at with { ProjectId = e.ToProjectId }, null),
            CaseMerged => (at with { Merged = true }, null),
            CaseUnmerged => (at with { Merged = false }, null),
            ClosedReasonChanged e => (at with { ClosedReason = e.To }, null),
            CaseArchived => (at with { Archived = true }, null),
            CaseUnarchived => (at with { Archived = false }, null),
            CaseDeleted => (at with { Deleted = true }, null),
            _ => (at, null),
        };
    }

    /// <summary>The row of the day on which an event of the case happened.</summary>
    public static DayKey DayOf(AnalyticCase one, DateTimeOffset at) => new(one.OrgId, DateOnly.FromDateTime(at.UtcDateTime), one.ProjectId);

    private static (AnalyticCase After, DayDelta? Delta) StatusTo(AnalyticCase at, string name, StatusGroup group, DateTimeOffset when)
    {
        if (group == at.StatusGroup)
        {
            return (at with { StatusName = name }, null);
        }

        // A clock that was set back does not take time away.
        var now = when > at.StateSince ? when : at.StateSince;
        var stayed = Microseconds(now - at.StateSince);
        var acknowledged = !at.Merged && at.AcknowledgedAt is null && group != StatusGroup.Open;
        var resolved = !at.Merged && at.ResolvedAt is null && group == StatusGroup.Closed;
        var reopened = !at.Merged && at.StatusGroup == StatusGroup.Closed;
        var after = at with
        {
            StatusName = name,
            StatusGroup = group,
            StateSince = now,
            OpenMicroseconds = at.OpenMicroseconds + (at.StatusGroup == StatusGroup.Open ? stayed : 0),
            InProgressMicroseconds = at.InProgressMicroseconds + (at.StatusGroup == StatusGroup.InProgress ? stayed : 0),
            ClosedMicroseconds = at.ClosedMicroseconds + (at.StatusGroup == StatusGroup.Closed ? stayed : 0),
            AcknowledgedAt = acknowledged ? now : at.AcknowledgedAt,
            ResolvedAt = resolved ? now : at.ResolvedAt,
            Reopens = at.Reopens + (reopened ? 1 : 0),
        };
        if (!acknowledged && !resolved && !reopened)
        {
            return (after, null);
        }

        var sinceOpened = Microseconds(now - at.OpenedAt);
        return (after, new DayDelta(
            Acknowledged: acknowledged ? 1 : 0,
            Resolved: resolved ? 1 : 0,
            Reopened: reopened ? 1 : 0,
            AcknowledgeMicroseconds: acknowledged ? sinceOpened : 0,
            ResolveMicroseconds: resolved ? sinceOpened : 0));
    }

    private static long Microseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
