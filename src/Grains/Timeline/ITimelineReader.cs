using System.Collections.Immutable;
using Switchboard.Timeline;

namespace Switchboard.Grains.Timeline;

/// <summary>Reads timelines.</summary>
public interface ITimelineReader
{
    /// <summary>One cell, deleted or not, or null.</summary>
    ValueTask<TimelineCell?> FindAsync(Guid orgId, Guid caseId, Guid cellId, CancellationToken cancellationToken);

    /// <summary>A page of the cells that are not deleted.</summary>
    /// <param name="query">Which page of which case.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ImmutableArray<TimelineCell>> ListAsync(TimelineQuery query, CancellationToken cancellationToken);

    /// <summary>All cells of some cases that are not deleted; those of a case in the order in which they came.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="caseIds">The cases.</param>
    /// <param name="hidden">As in <see cref="TimelineQuery.Hidden"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ImmutableArray<TimelineCell>> ListOfCasesAsync(
        Guid orgId, ImmutableArray<Guid> caseIds, ImmutableArray<Guid> hidden, CancellationToken cancellationToken);
}

/// <summary>A page of a timeline.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="CaseId">The case.</param>
/// <param name="PageSize">Cells a page, 1 to 100.</param>
/// <param name="PageNumber">From 0.</param>
/// <param name="Ascending">Oldest first; default is newest first.</param>
/// <param name="Kind">Only this kind, or null for all.</param>
/// <param name="Joined">With the cells of the duplicates that were merged into the case, and of theirs, in order of time.</param>
public sealed record TimelineQuery(
    Guid OrgId, Guid CaseId, int PageSize, int PageNumber, bool Ascending = false, string? Kind = null, bool Joined = false)
{
    /// <summary>
    /// Projects that the reader may not view: cells of duplicates in them are left out, and cells that tell of a merge with a case in them.
    /// </summary>
    public ImmutableArray<Guid> Hidden { get; init; } = [];
}
