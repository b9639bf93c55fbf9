using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Switchboard.Grains.Templates;
using Switchboard.Storage.Databases;
using Switchboard.Templates;

namespace Switchboard.Storage.Templates;

/// <summary>Loads and lists templates.</summary>
internal sealed class TemplateRows(RowReader rows) : ITemplateDirectory
{
    /// <inheritdoc/>
    public ValueTask<TemplateSnapshot?> FindAsync(Guid orgId, Guid templateId, CancellationToken cancellationToken) => rows.FindAsync(
        "select body from case_template where id = $1 and org_id = $2",
        [Parameters.Of(templateId), Parameters.Of(orgId)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TemplateSnapshot>> ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) => rows.ListAsync(
        "select body from case_template where org_id = $1 and project_id = $2 order by created_at, id",
        [Parameters.Of(orgId), Parameters.Of(projectId)],
        Read,
        cancellationToken);

    public static byte[] Write(TemplateSnapshot template) => JsonSerializer.SerializeToUtf8Bytes(template, TemplateJson.Default.TemplateSnapshot);

    private static TemplateSnapshot Read(NpgsqlDataReader row) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(0), TemplateJson.Default.TemplateSnapshot)!;
}

/// <summary>The JSON of the column, of which the content goes into an event as it is. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(TemplateSnapshot))]
internal sealed partial class TemplateJson : JsonSerializerContext;
