using System.Collections.Immutable;
using Switchboard.Speech;

namespace Switchboard.Grains.Speech.Sessions;

/// <summary>The rows of live sessions.</summary>
public interface ISessionStore
{
    /// <summary>The session, or null.</summary>
    ValueTask<SessionSnapshot?> FindAsync(Guid orgId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>Writes a new session; false when there is one of that id.</summary>
    ValueTask<bool> InsertAsync(SessionSnapshot session, CancellationToken cancellationToken);

    /// <summary>Writes the session over the version before it; false when somebody else has written meanwhile.</summary>
    ValueTask<bool> UpdateAsync(SessionSnapshot session, CancellationToken cancellationToken);

    /// <summary>Sessions that were silent since that time and are not all in the ledger, ended or not.</summary>
    ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnsettledAsync(DateTimeOffset silentSince, int most, CancellationToken cancellationToken);
}
