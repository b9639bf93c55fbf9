using System.Collections.Immutable;
using Switchboard.Templates;

namespace Switchboard.Grains.Templates;

/// <summary>Reads templates.</summary>
public interface ITemplateDirectory
{
    /// <summary>The template, or null when the organisation has none of that id.</summary>
    ValueTask<TemplateSnapshot?> FindAsync(Guid orgId, Guid templateId, CancellationToken cancellationToken);

    /// <summary>The templates of a project, in order of creation.</summary>
    ValueTask<ImmutableArray<TemplateSnapshot>> ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken);
}
