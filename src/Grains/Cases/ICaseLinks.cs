using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Cases;

/// <summary>Reads links between cases and other things.</summary>
public interface ICaseLinks
{
    /// <summary>The link, or null when the organisation has none of that id.</summary>
    ValueTask<CaseLink?> FindAsync(Guid orgId, Guid linkId, CancellationToken cancellationToken);

    /// <summary>The links of a thing, whichever end it is, in order of creation.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="end">The thing.</param>
    /// <param name="relationship">Only links of this relation, or null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ImmutableArray<CaseLink>> ListAsync(Guid orgId, LinkEnd end, string? relationship, CancellationToken cancellationToken);

    /// <summary>
    /// The links of a case together with those of the duplicates that were merged into it, and of theirs; without those between them. In order
    /// of creation.
    /// </summary>
    ValueTask<ImmutableArray<CaseLink>> ListJoinedAsync(Guid orgId, Guid caseId, string? relationship, CancellationToken cancellationToken);

    /// <summary>Whether links of a relation lead from a thing, parent to child, to another; a thing leads to itself.</summary>
    ValueTask<bool> LeadsToAsync(Guid orgId, string relationship, LinkEnd from, LinkEnd to, CancellationToken cancellationToken);
}
