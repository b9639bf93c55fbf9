using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;

namespace Switchboard.Projects;

/// <summary>One project; the key is <see cref="GrainKeys.Of"/> of organisation and project.</summary>
[Alias("switchboard.IProjectGrain")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>The project, or null when the organisation has no such project (or has no longer).</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<ProjectSnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Applies a command. After <see cref="DeleteProject"/> the answer's snapshot is the last one before the deletion.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<ProjectSnapshot>> ExecuteAsync(ProjectCommand command, CommandContext context, CancellationToken cancellationToken = default);
}
