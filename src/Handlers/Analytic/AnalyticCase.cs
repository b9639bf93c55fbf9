using Switchboard.Cases;

namespace Switchboard.Handlers.Analytic;

/// <summary>What is counted about a case after its event number <see cref="Version"/>.</summary>
internal sealed record AnalyticCase
{
    public required Guid CaseId { get; init; }

    public required Guid OrgId { get; init; }

    public required long Version { get; init; }

    public required Guid ProjectId { get; init; }

    public required Guid TypeId { get; init; }

    public required CasePriority Priority { get; init; }

    public required StatusGroup StatusGroup { get; init; }

    public required string StatusName { get; init; }

    public Guid? AssigneeId { get; init; }

    /// <summary>One of <see cref="ClosedReasons"/>, or null.</summary>
    public string? ClosedReason { get; init; }

    /// <summary>Whether it went into another case as a duplicate: no case of its own, and what its merge changes is nobody's work.</summary>
    public bool Merged { get; init; }

    public bool Archived { get; init; }

    public bool Deleted { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it first left the group of open statuses.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>When it was closed for the first time; a reopening does not undo it.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>When it entered its present group of statuses.</summary>
    public required DateTimeOffset StateSince { get; init; }

    /// <summary>Microseconds in open statuses, without the present stay. Likewise below.</summary>
    public long OpenMicroseconds { get; init; }

    public long InProgressMicroseconds { get; init; }

    public long ClosedMicroseconds { get; init; }

    /// <summary>How often it came back from a closed status.</summary>
    public int Reopens { get; init; }
}

/// <summary>Which day's row: UTC days, by project.</summary>
internal readonly record struct DayKey(Guid OrgId, DateOnly Day, Guid ProjectId);

/// <summary>What an event adds to its day.</summary>
internal readonly record struct DayDelta(
    long Opened = 0, long Acknowledged = 0, long Resolved = 0, long Reopened = 0, long AcknowledgeMicroseconds = 0, long ResolveMicroseconds = 0)
{
    public static DayDelta operator +(DayDelta one, DayDelta other) => new(
        one.Opened + other.Opened,
        one.Acknowledged + other.Acknowledged,
        one.Resolved + other.Resolved,
        one.Reopened + other.Reopened,
        one.AcknowledgeMicroseconds + other.AcknowledgeMicroseconds,
        one.ResolveMicroseconds + other.ResolveMicroseconds);
}
