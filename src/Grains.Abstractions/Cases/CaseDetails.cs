using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Cases;

/// <summary>What a case has beside its main members; all of it is absent from most cases and changes rarely. Equality is by content.</summary>
/// <remarks>A list that a JSON document leaves out is read as empty.</remarks>
[GenerateSerializer, Immutable, Alias("switchboard.CaseDetails")]
public sealed record CaseDetails
{
    /// <summary>A case that has nothing of all this.</summary>
    public static CaseDetails None { get; } = new();

    /// <summary>The day by which the case should be closed, without a time zone; null when there is none.</summary>
    [Id(0)] public DateOnly? DueDate { get; init; }

    /// <summary>Why a security case was resolved, such as <c>FALSE_POSITIVE</c>, or null.</summary>
    [Id(1)] public string? ResolvedReason { get; init; }

    /// <summary>The users who watch the case, in the order in which they began: whoever opens it, gets it or comments on it, and whoever asks.</summary>
    [Id(2)] public ImmutableArray<Guid> Watchers { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>References to things that explain the case, in the order in which they were added.</summary>
    [Id(3)] public ImmutableArray<CaseInsight> Insights { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What the case says under custom attributes of its type, by their keys.</summary>
    [Id(4)]
    public ImmutableSortedDictionary<string, CustomValue> CustomValues
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, CustomValue>.Empty;
    }
        = ImmutableSortedDictionary<string, CustomValue>.Empty;

    /// <summary>The checklist, in order.</summary>
    [Id(5)] public ImmutableArray<CaseTask> Tasks { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Why the case is closed, one of <see cref="ClosedReasons"/>; null when nobody said, and while it is not closed.</summary>
    [Id(6)] public string? ClosedReason { get; init; }

    /// <summary>Where the case went as a duplicate, or null.</summary>
    [Id(7)] public MergedInto? Merged { get; init; }

    /// <summary>The duplicates that were merged into the case, in order.</summary>
    [Id(8)] public ImmutableArray<AbsorbedCase> Absorbed { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <inheritdoc/>
    public bool Equals(CaseDetails? other) => ReferenceEquals(this, other) || (other is not null
        && DueDate == other.DueDate
        && ResolvedReason == other.ResolvedReason
        && Watchers.AsSpan().SequenceEqual(other.Watchers.AsSpan())
        && ClosedReason == other.ClosedReason
        && Merged == other.Merged
        && Absorbed.AsSpan().SequenceEqual(other.Absorbed.AsSpan())
        && Insights.AsSpan().SequenceEqual(other.Insights.AsSpan())
        && Tasks.AsSpan().SequenceEqual(other.Tasks.AsSpan())
        && CustomValues.SequenceEqual(other.CustomValues));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DueDate, ResolvedReason, Watchers.Length, Insights.Length, CustomValues.Count);
}

/// <summary>A reference to something that explains a case: a monitor, a security signal, an incident.</summary>
/// <param name="Type">One of <see cref="CaseInsightTypes"/>.</param>
/// <param name="Ref">Where it is shown: a path or a URL.</param>
/// <param name="ResourceId">Its id where it comes from.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CaseInsight")]
public sealed record CaseInsight(
    [property: Id(0)] string Type,
    [property: Id(1)] string Ref,
    [property: Id(2)] string ResourceId)
{
    /// <summary>Whether both refer to the same thing; where it is shown does not matter.</summary>
    public bool IsSameAs(CaseInsight other) => Type == other.Type && ResourceId == other.ResourceId;
}

/// <summary>The kinds of insights that public clients know (case-api specification, 3.1).</summary>
public static class CaseInsightTypes
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "SECURITY_SIGNAL", "MONITOR", "EVENT_CORRELATION", "ERROR_TRACKING", "CLOUD_COST_RECOMMENDATION", "INCIDENT",
        "SENSITIVE_DATA_SCANNER_ISSUE", "EVENT", "WATCHDOG_STORY", "WIDGET", "SECURITY_FINDING", "INSIGHT_SCORECARD_CAMPAIGN",
        "RESOURCE_POLICY", "APM_RECOMMENDATION", "SCM_URL", "PROFILING_DOWNSIZING_EXPERIMENT",
    ];
}
