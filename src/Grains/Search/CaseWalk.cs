using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Search;

/// <summary>Which part of a walk.</summary>
/// <param name="OrgId">The organisation; nothing of another one is ever met.</param>
/// <param name="CallerId">Whom <c>@me</c> means; <see cref="Guid.Empty"/> for nobody.</param>
/// <param name="Query">The parsed query, the same for all parts.</param>
/// <param name="After">Where the last part ended; null begins a walk.</param>
/// <param name="Size">The most cases of the part; 1 to <see cref="SearchLimits.MaxWalkSize"/>.</param>
public sealed record CaseWalkRequest(Guid OrgId, Guid CallerId, SearchQuery Query, CaseWalkPosition? After, int Size)
{
    /// <summary>The projects whose cases the caller may see; null for all.</summary>
    public ImmutableArray<Guid>? Projects { get; init; }
}

/// <summary>A place in a walk. It stays valid when cases change or go.</summary>
/// <param name="Began">When the walk began, which is what <c>now</c> means in all its parts.</param>
/// <param name="CreatedAt">When the last case met was opened.</param>
/// <param name="Id">That case.</param>
public sealed record CaseWalkPosition(DateTimeOffset Began, DateTimeOffset CreatedAt, Guid Id);

/// <summary>A part of a walk.</summary>
/// <param name="Cases">Newest first.</param>
/// <param name="Next">Where to go on; null when this was the last part.</param>
public sealed record CaseWalkPart(ImmutableArray<CaseSnapshot> Cases, CaseWalkPosition? Next);
