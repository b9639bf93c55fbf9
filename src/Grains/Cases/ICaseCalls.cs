using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Cases;

/// <summary>Reads the calls of cases.</summary>
public interface ICaseCalls
{
    /// <summary>The call, or null when the organisation has none of that id.</summary>
    ValueTask<CaseCall?> FindAsync(Guid orgId, Guid callId, CancellationToken cancellationToken);

    /// <summary>How many calls a case has.</summary>
    ValueTask<int> CountAsync(Guid orgId, Guid caseId, CancellationToken cancellationToken);

    /// <summary>The calls of a case and of those that were merged into it, newest first.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="caseId">The case.</param>
    /// <param name="hidden">Projects whose cases the reader may not see.</param>
    /// <param name="skip">How many to pass over.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ImmutableArray<CaseCall>> ListAsync(
        Guid orgId, Guid caseId, ImmutableArray<Guid> hidden, int skip, int most, CancellationToken cancellationToken);

    /// <summary>Lines of a call in their order, from behind a number.</summary>
    ValueTask<ImmutableArray<CallLine>> LinesAsync(Guid orgId, Guid callId, int after, int most, CancellationToken cancellationToken);

    /// <summary>Whether a case was merged into another, be it through a third.</summary>
    ValueTask<bool> IsMergedAsync(Guid orgId, Guid caseId, Guid intoId, CancellationToken cancellationToken);

    /// <summary>
    /// Calls that began, whose session is over and settled or never had a row, and that have had no record since that time.
    /// </summary>
    ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnfinishedAsync(DateTimeOffset silentSince, int most, CancellationToken cancellationToken);
}
