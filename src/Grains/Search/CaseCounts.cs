using System.Collections.Immutable;

namespace Switchboard.Grains.Search;

/// <summary>What to count.</summary>
/// <param name="OrgId">The organisation; nothing of another one is ever counted.</param>
/// <param name="CallerId">Whom <c>@me</c> means; <see cref="Guid.Empty"/> for nobody.</param>
/// <param name="Query">The parsed query.</param>
/// <param name="GroupBys">Each counted for itself; at most <see cref="SearchLimits.MaxGroupFields"/>, and none to count the cases only.</param>
/// <param name="Limit">The most values of each field; 1 to <see cref="SearchLimits.MaxGroups"/>.</param>
public sealed record CaseCountRequest(Guid OrgId, Guid CallerId, SearchQuery Query, ImmutableArray<CaseField> GroupBys, int Limit)
{
    /// <summary>The projects whose cases the caller may see; null for all.</summary>
    public ImmutableArray<Guid>? Projects { get; init; }
}

/// <summary>What was counted.</summary>
/// <param name="Total">All matching cases; exact.</param>
/// <param name="Fields">In the order asked for.</param>
public sealed record CaseCounts(long Total, ImmutableArray<CaseFieldCounts> Fields);

/// <summary>How often the values of a field occur, the most frequent first.</summary>
/// <param name="Field">The field.</param>
/// <param name="Values">Equally frequent values in the order of their texts, cases that have none before them.</param>
public sealed record CaseFieldCounts(CaseField Field, ImmutableArray<CaseValueCount> Values);

/// <summary>A value and how many cases have it.</summary>
/// <param name="Value">See <see cref="CaseFieldKind"/>; null for cases that have none.</param>
/// <param name="Count">At least 1.</param>
public sealed record CaseValueCount(string? Value, long Count);

/// <summary>What to aggregate.</summary>
/// <param name="OrgId">The organisation; nothing of another one is ever counted.</param>
/// <param name="CallerId">Whom <c>@me</c> means; <see cref="Guid.Empty"/> for nobody.</param>
/// <param name="Query">The parsed query.</param>
/// <param name="GroupBy">The fields whose combinations are counted; 1 to <see cref="SearchLimits.MaxGroupFields"/>.</param>
/// <param name="Limit">The most groups; 1 to <see cref="SearchLimits.MaxGroups"/>.</param>
public sealed record CaseAggregateRequest(Guid OrgId, Guid CallerId, SearchQuery Query, ImmutableArray<CaseField> GroupBy, int Limit)
{
    /// <summary>The projects whose cases the caller may see; null for all.</summary>
    public ImmutableArray<Guid>? Projects { get; init; }
}

/// <summary>What was aggregated.</summary>
/// <param name="Total">All matching cases; exact.</param>
/// <param name="Groups">The biggest first, then by their values, absent ones first.</param>
public sealed record CaseAggregate(long Total, ImmutableArray<CaseGroup> Groups);

/// <summary>Cases that have the same values.</summary>
/// <param name="Values">One for each field, in the order asked for; null where the cases have none.</param>
/// <param name="Count">At least 1.</param>
public sealed record CaseGroup(ImmutableArray<string?> Values, long Count);
