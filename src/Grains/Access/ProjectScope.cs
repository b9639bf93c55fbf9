using System.Collections.Frozen;
using System.Collections.Immutable;
using Switchboard.Projects;

namespace Switchboard.Grains.Access;

/// <summary>
/// What a user is to the projects of an organisation, at one moment. Immutable. In an organisation without policies everybody is
/// everything, and nothing is looked up.
/// </summary>
public sealed class ProjectScope
{
    private readonly FrozenDictionary<Guid, ProjectRelation> _restricted;
    private readonly FrozenSet<Guid> _open;

    private ProjectScope(FrozenDictionary<Guid, ProjectRelation> restricted, FrozenSet<Guid> open)
    {
        (_restricted, _open) = (restricted, open);
        Hidden = [.. restricted.Where(static one => one.Value == ProjectRelation.None).Select(static one => one.Key)];
        Visible = Hidden.IsEmpty ? null : [.. restricted.Where(static one => one.Value != ProjectRelation.None).Select(static one => one.Key), .. open];
    }

    /// <summary>Of an organisation in which no project has a policy.</summary>
    public static ProjectScope Everything { get; } = new(FrozenDictionary<Guid, ProjectRelation>.Empty, []);

    /// <summary>The projects that the user may not see.</summary>
    public ImmutableArray<Guid> Hidden { get; }

    /// <summary>The projects that the user may see; null for all.</summary>
    public ImmutableArray<Guid>? Visible { get; }

    /// <summary>Whether no project of the organisation has a policy.</summary>
    public bool IsOpen => _restricted.Count == 0;

    /// <summary>The scope of a user; of somebody unknown only what is open to all.</summary>
    public static ProjectScope Of(AccessSubject? subject, ImmutableArray<ProjectAccessRow> projects)
    {
        var restricted = projects
            .Where(static project => project.Policy is not null)
            .ToFrozenDictionary(static project => project.ProjectId, project => subject?.RelationTo(project.Policy!) ?? ProjectRelation.None);
        return new ProjectScope(
            restricted,
            projects.Where(static project => project.Policy is null).Select(static project => project.ProjectId).ToFrozenSet());
    }

    /// <summary>What the user is to a project. To one that has no policy, or is not there, everybody is a manager.</summary>
    public ProjectRelation Of(Guid projectId) => _restricted.GetValueOrDefault(projectId, ProjectRelation.Manager);

    /// <summary>Whether a project has a policy.</summary>
    public bool Restricts(Guid projectId) => _restricted.ContainsKey(projectId);

    /// <summary>Whether a project was there when this was made; of an organisation without policies nothing is known.</summary>
    public bool Knows(Guid projectId) => _restricted.ContainsKey(projectId) || _open.Contains(projectId);
}
