using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Switchboard.Grains.Views;
using Switchboard.Storage.Databases;
using Switchboard.Views;

namespace Switchboard.Storage.Views;

/// <summary>Loads and lists saved views.</summary>
internal sealed class ViewRows(RowReader rows) : IViewDirectory
{
    /// <inheritdoc/>
    public ValueTask<ViewSnapshot?> FindAsync(Guid orgId, Guid viewId, CancellationToken cancellationToken) => rows.FindAsync(
        "select body from case_view where id = $1 and org_id = $2",
        [Parameters.Of(viewId), Parameters.Of(orgId)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ViewSnapshot>> ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) => rows.ListAsync(
        "select body from case_view where org_id = $1 and project_id = $2 order by created_at, id",
        [Parameters.Of(orgId), Parameters.Of(projectId)],
        Read,
        cancellationToken);

    public static byte[] Write(ViewSnapshot view) => JsonSerializer.SerializeToUtf8Bytes(view, ViewJson.Default.ViewSnapshot);

    private static ViewSnapshot Read(NpgsqlDataReader row) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(0), ViewJson.Default.ViewSnapshot)!;
}

/// <summary>The JSON of the column. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ViewSnapshot))]
internal sealed partial class ViewJson : JsonSerializerContext;
