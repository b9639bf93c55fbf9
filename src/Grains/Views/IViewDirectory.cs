using System.Collections.Immutable;
using Switchboard.Views;

namespace Switchboard.Grains.Views;

/// <summary>Reads saved views.</summary>
public interface IViewDirectory
{
    /// <summary>The view, or null when the organisation has none of that id.</summary>
    ValueTask<ViewSnapshot?> FindAsync(Guid orgId, Guid viewId, CancellationToken cancellationToken);

    /// <summary>The views of a project, in order of creation.</summary>
    ValueTask<ImmutableArray<ViewSnapshot>> ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken);
}
