using System.Collections.Immutable;
using Npgsql;
using Switchboard.Grains.Access;
using Switchboard.Grains.Orgs;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Projects;

/// <summary>Reads projects' policies, and what people belong to.</summary>
internal sealed class PolicyDirectory(RowReader rows) : IPolicyDirectory
{
    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ProjectAccessRow>> ListPoliciesAsync(Guid orgId, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select id, policy from project
        where org_id = $1 and exists (select from project r where r.org_id = $1 and r.policy is not null)
        """,
        [Parameters.Of(orgId)],
        static row => new ProjectAccessRow(row.GetGuid(0), ProjectRows.ReadPolicy(row, 1)),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessSubject?> FindSubjectAsync(Guid orgId, Guid userId, CancellationToken cancellationToken) => rows.FindAsync(
        """
        select u.roles, array(select m.team_id from team_member m where m.org_id = u.org_id and m.user_id = u.id)
        from org_user u where u.id = $2 and u.org_id = $1
        """,
        [Parameters.Of(orgId), Parameters.Of(userId)],
        row => Read(row, orgId, userId),
        cancellationToken);

    private static AccessSubject Read(NpgsqlDataReader row, Guid orgId, Guid userId) =>
        new(orgId, userId, [.. row.Texts(0).Select(RoleIds.Of)], [.. row.GetFieldValue<Guid[]>(1)]);
}
