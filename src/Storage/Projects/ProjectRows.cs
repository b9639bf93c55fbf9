using System.Collections.Immutable;
using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Projects;
using Switchboard.Projects;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Projects;

/// <summary>Loads and lists projects.</summary>
internal sealed class ProjectRows(RowReader rows) : IAggregateRows<ProjectSnapshot>, IProjectDirectory
{
    private const string Columns =
        "org_id, id, version, key, name, settings, enabled_custom_case_types, columns_config, team_id, created_by, created_at, "
        + "modified_at, modified_by";

    /// <inheritdoc/>
    public ValueTask<ProjectSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {Columns} from project where id = $1 and org_id = $2",
        [Parameters.Of(id), Parameters.Of(orgId)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ProjectSnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken) => rows.ListAsync(
        $"select {Columns} from project where org_id = $1 order by created_at, id",
        [Parameters.Of(orgId)],
        Read,
        cancellationToken);

    private static ProjectSnapshot Read(NpgsqlDataReader row) => new()
    {
        OrgId = row.GetGuid(0),
        Id = row.GetGuid(1),
        Version = row.GetInt64(2),
        Key = row.GetString(3),
        Name = row.GetString(4),
        Settings = row.Settings(5),
        EnabledCustomCaseTypes = row.Texts(6),
        ColumnsConfig = row.TextOrNull(7),
        TeamId = row.GuidOrNull(8),
        CreatedBy = row.GetGuid(9),
        CreatedAt = row.Time(10),
        ModifiedAt = row.TimeOrNull(11),
        ModifiedBy = row.GuidOrNull(12),
    };
}
