using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Search;

/// <summary>Searches cases. A case that was written is found at once (the embedded engine reads the rows themselves).</summary>
public interface ICaseSearch
{
    /// <summary>
    /// A page of matching cases, with the number of all matches. Refused (never thrown) when a facet's value cannot be read, when the
    /// page lies beyond <see cref="SearchLimits.Window"/>, or when the query takes longer than the configured time.
    /// </summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<CaseSearchPage>> SearchAsync(CaseSearchRequest request, CancellationToken cancellationToken);
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
    int PageNumber);

/// <summary>A page of a search.</summary>
/// <param name="Cases">The page, in order.</param>
/// <param name="Total">How many cases match, counted up to <see cref="SearchLimits.Window"/>.</param>
/// <param name="TotalIsLowerBound">True when more than <see cref="SearchLimits.Window"/> match: <paramref name="Total"/> is that limit.</param>
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
