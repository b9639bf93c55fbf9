using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Cases;

/// <summary>The state of a case after its event number <see cref="Version"/>: what the grain holds, the row stores and callers see.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseSnapshot")]
public sealed record CaseSnapshot
{
    /// <summary>The organisation that the case belongs to.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The case's id, stable for its life.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How many events the case has; the next command appends with this as the expected version.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>The project that it is filed under.</summary>
    [Id(3)] public required Guid ProjectId { get; init; }

    /// <summary>Human key, <c>{project key}-{number}</c>, unique in the organisation and never reused.</summary>
    [Id(4)] public required string Key { get; init; }

    /// <summary>The organisation's running number, independent of <see cref="Key"/>.</summary>
    [Id(5)] public required long PublicId { get; init; }

    /// <summary>The case type; see <see cref="CaseType"/>.</summary>
    [Id(6)] public required Guid TypeId { get; init; }

    /// <summary>One line, never empty.</summary>
    [Id(7)] public required string Title { get; init; }

    /// <summary>Free text; may be empty.</summary>
    [Id(8)] public string Description { get; init; } = "";

    /// <summary>How urgent.</summary>
    [Id(9)] public CasePriority Priority { get; init; }

    /// <summary>The display status, one of the type's.</summary>
    [Id(10)] public required string StatusName { get; init; }

    /// <summary>The group that the status belongs to.</summary>
    [Id(11)] public required StatusGroup StatusGroup { get; init; }

    /// <summary>The user who works on it, or null.</summary>
    [Id(12)] public Guid? AssigneeId { get; init; }

    /// <summary>Attributes: lower-case keys (<c>team</c>, <c>service</c>, ...) with their values in the order given.</summary>
    [Id(13)]
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Where it came from: <c>MANUAL</c>, <c>EVENT_MANAGEMENT</c>, ...</summary>
    [Id(14)] public string CreationSource { get; init; } = "MANUAL";

    /// <summary>The user who opened it.</summary>
    [Id(15)] public required Guid CreatedBy { get; init; }

    /// <summary>When it was opened.</summary>
    [Id(16)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The user of the last real change, or null before the first.</summary>
    [Id(17)] public Guid? ModifiedBy { get; init; }

    /// <summary>When the last real change was made, or null before the first.</summary>
    [Id(18)] public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>When it entered a closed status; null while it is in any other.</summary>
    [Id(19)] public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>When it was archived; null while it is not.</summary>
    [Id(20)] public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>Comments that are not deleted.</summary>
    [Id(21)] public int CommentCount { get; init; }

    /// <summary>Due date, watchers, insights and what else most cases lack; <see cref="CaseDetails.None"/> then.</summary>
    [Id(22)] public CaseDetails Details { get; init => field = value ?? CaseDetails.None; } = CaseDetails.None;
}

/// <summary>How urgent a case is. The numbers are stored and give the sort order: P1 first, undefined last.</summary>
[GenerateSerializer, Alias("switchboard.CasePriority")]
public enum CasePriority
{
    /// <summary>Nobody said.</summary>
    NotDefined = 0,

    /// <summary>Critical.</summary>
    P1 = 1,

    /// <summary>High.</summary>
    P2 = 2,

    /// <summary>Medium.</summary>
    P3 = 3,

    /// <summary>Low.</summary>
    P4 = 4,

    /// <summary>Information.</summary>
    P5 = 5,
}

/// <summary>The three groups that every status belongs to. The numbers are stored.</summary>
[GenerateSerializer, Alias("switchboard.StatusGroup")]
public enum StatusGroup
{
    /// <summary><c>SG_OPEN</c>.</summary>
    Open = 0,

    /// <summary><c>SG_IN_PROGRESS</c>.</summary>
    InProgress = 1,

    /// <summary><c>SG_CLOSED</c>.</summary>
    Closed = 2,
}
