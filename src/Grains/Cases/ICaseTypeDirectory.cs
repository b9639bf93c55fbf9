using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Cases;

/// <summary>Lists what organisations know of case types.</summary>
public interface ICaseTypeDirectory
{
    /// <summary>The organisation's own types, deleted ones too, and the built-in ones that it added to, in order of creation.</summary>
    ValueTask<ImmutableArray<CaseTypeSnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>Those of some statuses that a case of a type has.</summary>
    ValueTask<ImmutableArray<string>> FindUsedAsync(
        Guid orgId, Guid typeId, ImmutableArray<string> statuses, CancellationToken cancellationToken);
}
