using System.Collections.Immutable;
using Switchboard.Projects;

namespace Switchboard.Grains.Access;

/// <summary>Reads what access to projects is judged by.</summary>
public interface IPolicyDirectory
{
    /// <summary>All projects of an organisation in which at least one has a policy; none when no project has one.</summary>
    ValueTask<ImmutableArray<ProjectAccessRow>> ListPoliciesAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>What policies may know a user by; null when the organisation has no such user.</summary>
    ValueTask<AccessSubject?> FindSubjectAsync(Guid orgId, Guid userId, CancellationToken cancellationToken);
}

/// <summary>A project and its policy.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Policy">Null lets the whole organisation in.</param>
public sealed record ProjectAccessRow(Guid ProjectId, ProjectPolicy? Policy);

/// <summary>A user as policies know people.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="UserId">The user.</param>
/// <param name="Roles">Ids of the user's roles.</param>
/// <param name="Teams">Ids of the user's teams.</param>
public sealed record AccessSubject(Guid OrgId, Guid UserId, ImmutableArray<Guid> Roles, ImmutableArray<Guid> Teams)
{
    /// <summary>What the subject is to a project with this policy: the highest relation that names it, by itself or by what it belongs to.</summary>
    public ProjectRelation RelationTo(ProjectPolicy policy) => policy.Bindings
        .Where(binding => binding.Principals.Any(Includes))
        .Select(static binding => binding.Relation)
        .DefaultIfEmpty(ProjectRelation.None)
        .Max();

    private bool Includes(string principal) => PolicyPrincipal.Parse(principal) is { } named && named.Kind switch
    {
        PrincipalKind.User => named.Id == UserId,
        PrincipalKind.Role => Roles.Contains(named.Id),
        PrincipalKind.Team => Teams.Contains(named.Id),
        _ => named.Id == OrgId,
    };
}
