using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
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
        + "modified_at, modified_by, policy";

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

    /// <summary>A policy as the column has it, or null.</summary>
    public static byte[]? WritePolicy(ProjectPolicy? policy) =>
        policy is null ? null : JsonSerializer.SerializeToUtf8Bytes(policy, PolicyJson.Default.ProjectPolicy);

    /// <summary>Reads the column.</summary>
    public static ProjectPolicy? ReadPolicy(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(column), PolicyJson.Default.ProjectPolicy);

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
        Policy = ReadPolicy(row, 13),
    };
}

/// <summary>The JSON of the column. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProjectPolicy))]
internal sealed partial class PolicyJson : JsonSerializerContext;
