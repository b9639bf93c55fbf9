namespace Switchboard.Grains.Cases;

/// <summary>
/// Hands out the numbers of new cases: per project for the key, per organisation for the public id. Never the same number
/// twice; consecutive unless an opening fails after taking one.
/// </summary>
public interface ICaseNumbers
{
    /// <summary>Takes the next numbers. Concurrent callers share one round trip.</summary>
    ValueTask<CaseNumber> NextAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken);

    /// <summary>
    /// Takes as many consecutive numbers of a project, with as many consecutive public ids, for cases that come together; answers the first
    /// of both.
    /// </summary>
    ValueTask<CaseNumber> NextRangeAsync(Guid orgId, Guid projectId, int count, CancellationToken cancellationToken);

    /// <summary>Takes the next number of a project for a case that moves there; its public id, which it keeps, is 0 here.</summary>
    ValueTask<CaseNumber> NextInProjectAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken);
}

/// <summary>The numbers of a new case.</summary>
/// <param name="InProject">The number in the key.</param>
/// <param name="PublicId">The organisation's running number.</param>
public readonly record struct CaseNumber(long InProject, long PublicId);
