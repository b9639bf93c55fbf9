using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Search;

/// <summary>
/// Searches cases. With the default engine a case that was written is found at once (it reads the rows themselves); an outside index
/// follows shortly after. Refusals are answers, never exceptions. Safe for use by many at once.
/// </summary>
public interface ICaseSearch
{
    /// <summary>
    /// A page of matching cases, with the number of all matches. Refused (never thrown) when a facet's value cannot be read, when the
    /// page lies beyond <see cref="SearchLimits.Window"/>, or when the query takes longer than the configured time.
    /// </summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<CaseSearchPage>> SearchAsync(CaseSearchRequest request, CancellationToken cancellationToken);

    /// <summary>How many cases match, all of them counted, and how often each value of some fields occurs among them.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">The engine cannot be reached.</exception>
    ValueTask<Outcome<CaseCounts>> CountAsync(CaseCountRequest request, CancellationToken cancellationToken);

    /// <summary>How often each combination of values of some fields occurs among the matching cases.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">The engine cannot be reached.</exception>
    ValueTask<Outcome<CaseAggregate>> AggregateAsync(CaseAggregateRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// The next part of a walk through all matching cases, newest first, however many there are: for exports and changes in bulk. A case
    /// that matches from the walk's beginning to its end is met exactly once; one opened after the walk began is not met.
    /// </summary>
    /// <exception cref="EventStore.StorageUnavailableException">The engine cannot be reached.</exception>
    ValueTask<Outcome<CaseWalkPart>> WalkAsync(CaseWalkRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Facet keys, or values of one facet, that begin with what was typed so far. Attributes are suggested from the newest
    /// <see cref="SearchLimits.SuggestedFrom"/> cases that have a fitting one, the most frequent first.
    /// </summary>
    /// <exception cref="EventStore.StorageUnavailableException">The engine cannot be reached.</exception>
    ValueTask<Outcome<CaseSuggestions>> SuggestAsync(CaseSuggestRequest request, CancellationToken cancellationToken);
}

/// <summary>What to search for.</summary>
/// <param name="OrgId">The organisation; nothing of another one is ever matched.</param>
/// <param name="CallerId">Whom <c>@me</c> means; <see cref="Guid.Empty"/> for nobody.</param>
/// <param name="Query">The parsed query.</param>
/// <param name="Sort">The order; time of creation, then the case's id break ties so that pages are stable.</param>
/// <param name="Ascending">The direction; false is the exact reverse of true.</param>
/// <param name="PageSize">1 to <see cref="SearchLimits.MaxPageSize"/>.</param>
/// <param name="PageNumber">From 1.</param>
public sealed record CaseSearchRequest(
    Guid OrgId,
    Guid CallerId,
    SearchQuery Query,
    CaseSort Sort,
    bool Ascending,
    int PageSize,
    int PageNumber)
{
    /// <summary>The projects whose cases the caller may see; null for all.</summary>
    public ImmutableArray<Guid>? Projects { get; init; }
}

/// <summary>A page of a search.</summary>
/// <param name="Cases">The page, in order.</param>
/// <param name="Total">How many cases match, counted up to <see cref="SearchLimits.Window"/>.</param>
/// <param name="TotalIsLowerBound">
/// True when <paramref name="Total"/> match at least: more than <see cref="SearchLimits.Window"/> match, or have the words or attributes that are asked for,
/// of which no more are compared with the rest of the query in order to count.
/// </param>
public sealed record CaseSearchPage(ImmutableArray<CaseSnapshot> Cases, long Total, bool TotalIsLowerBound = false);

/// <summary>What cases can be sorted by.</summary>
public enum CaseSort
{
    /// <summary>When they were opened.</summary>
    CreatedAt = 0,

    /// <summary>P1 first, undefined last.</summary>
    Priority = 1,

    /// <summary>By group, then by name.</summary>
    Status = 2,
}
