using Switchboard.Cases;

namespace Switchboard.Grains.Intake;

/// <summary>How it stands with one dedup key of an integration: what the next alert is decided on.</summary>
/// <param name="StreamId">The key's stream.</param>
public sealed record AlertKeyState(Guid StreamId)
{
    /// <summary>The version of the last alert that was decided.</summary>
    public long Done { get; init; }

    /// <summary>Whether the trouble goes on.</summary>
    public bool Open { get; init; }

    /// <summary>The case that it is in, or was last in.</summary>
    public Guid? CaseId { get; init; }

    /// <summary>What the key is to that case.</summary>
    public CaseRole Role { get; init; }

    /// <summary>The group whose case it is in, or null.</summary>
    public string? GroupKey { get; init; }

    /// <summary>Triggers since the trouble began.</summary>
    public long Count { get; init; }

    /// <summary>Alerts altogether.</summary>
    public long Total { get; init; }

    /// <summary>The highest priority since the trouble began.</summary>
    public CasePriority Priority { get; init; }

    /// <summary>Whether somebody looks at it.</summary>
    public bool Acknowledged { get; init; }

    /// <summary>When the trouble began.</summary>
    public DateTimeOffset? FirstAt { get; init; }

    /// <summary>When it was last heard of.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }
}

/// <summary>What a dedup key is to its case. The numbers are stored.</summary>
public enum CaseRole
{
    /// <summary>The case is its own.</summary>
    Own = 0,

    /// <summary>The case is that of a group.</summary>
    Group = 1,

    /// <summary>The case is the one that counts what there were too many of.</summary>
    Overflow = 2,
}

/// <summary>How many cases an integration has opened in the present minute, and the case that counts what came beyond that.</summary>
/// <param name="IntegrationId">The integration.</param>
public sealed record StormMeter(Guid IntegrationId)
{
    /// <summary>The minute that is counted.</summary>
    public DateTimeOffset Minute { get; init; }

    /// <summary>Cases opened in it.</summary>
    public int Opened { get; init; }

    /// <summary>The overflow case, or null while there is none.</summary>
    public Guid? CaseId { get; init; }

    /// <summary>Alerts that it stands for.</summary>
    public long Count { get; init; }

    /// <summary>Keys in it whose trouble goes on.</summary>
    public int OpenMembers { get; init; }
}

/// <summary>Alerts of several keys in one case.</summary>
/// <param name="IntegrationId">The integration.</param>
/// <param name="Key">What they have in common.</param>
public sealed record AlertGroup(Guid IntegrationId, string Key)
{
    /// <summary>The group's case, or null while there is none.</summary>
    public Guid? CaseId { get; init; }

    /// <summary>The key of a group that has gone on to another case, under which its former case is kept while the trouble in it goes on.</summary>
    public static string FormerKey(string key, Guid caseId) => $"{key} #{caseId:N}";

    /// <summary>When the last key joined.</summary>
    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>Keys that are or were in the case.</summary>
    public int Members { get; init; }

    /// <summary>Those of them whose trouble goes on.</summary>
    public int OpenMembers { get; init; }
}

/// <summary>Whether a case can take an alert.</summary>
public enum CaseLife
{
    /// <summary>There is none, or it was archived, deleted or merged into another.</summary>
    Gone = 0,

    /// <summary>It is open, or about to be opened.</summary>
    Open = 1,

    /// <summary>It was closed.</summary>
    Closed = 2,
}

/// <summary>What was done with an alert. The numbers are stored.</summary>
public enum AlertResult
{
    /// <summary>A case was opened for it.</summary>
    Opened = 0,

    /// <summary>The open case was updated.</summary>
    Updated = 1,

    /// <summary>It joined the case of its group.</summary>
    Grouped = 2,

    /// <summary>There were too many; it was counted in the overflow case.</summary>
    Overflowed = 3,

    /// <summary>The case says that somebody looks at it.</summary>
    Acknowledged = 4,

    /// <summary>The trouble is over.</summary>
    Resolved = 5,

    /// <summary>It was about a trouble that is not open.</summary>
    Ignored = 6,

    /// <summary>The case of a trouble that came back was opened again.</summary>
    Reopened = 7,
}
