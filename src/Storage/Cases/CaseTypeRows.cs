using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>Loads and lists case types. A type is read whole and searched by nothing, hence one JSON column.</summary>
internal sealed class CaseTypeRows(RowReader rows) : IAggregateRows<CaseTypeSnapshot>, ICaseTypeDirectory
{
    /// <inheritdoc/>
    public ValueTask<CaseTypeSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        "select body from case_type where org_id = $1 and id = $2",
        [Parameters.Of(orgId), Parameters.Of(id)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseTypeSnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken) => rows.ListAsync(
        "select body from case_type where org_id = $1 order by created_at, id",
        [Parameters.Of(orgId)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> FindUsedAsync(
        Guid orgId, Guid typeId, ImmutableArray<string> statuses, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select name from unnest($3) name
        where exists (select from "case" c where c.org_id = $1 and c.type_id = $2 and c.status_name = name)
        """,
        [Parameters.Of(orgId), Parameters.Of(typeId), Parameters.Of(statuses.AsEnumerable())],
        static row => row.GetString(0),
        cancellationToken);

    public static byte[] Write(CaseTypeSnapshot type) => JsonSerializer.SerializeToUtf8Bytes(type, CaseTypeJson.Default.CaseTypeSnapshot);

    private static CaseTypeSnapshot Read(NpgsqlDataReader row) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(0), CaseTypeJson.Default.CaseTypeSnapshot)!;
}

/// <summary>The JSON of the column. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CaseTypeSnapshot))]
internal sealed partial class CaseTypeJson : JsonSerializerContext;
