using System.Collections.Immutable;
using Switchboard.Projects;

namespace Switchboard.Grains.Projects;

/// <summary>Lists projects.</summary>
public interface IProjectDirectory
{
    /// <summary>All projects of the organisation in order of creation.</summary>
    ValueTask<ImmutableArray<ProjectSnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken);
}
