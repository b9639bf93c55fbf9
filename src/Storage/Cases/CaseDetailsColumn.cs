using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Switchboard.Cases;

namespace Switchboard.Storage.Cases;

/// <summary>The column <c>details</c>: what most cases lack, as one JSON object; null when a case has none of it.</summary>
internal static class CaseDetailsColumn
{
    public static byte[]? Write(CaseDetails details) => details.Equals(CaseDetails.None)
        ? null
        : JsonSerializer.SerializeToUtf8Bytes(details, CaseDetailsJson.Default.CaseDetails);

    public static CaseDetails Read(NpgsqlDataReader row, int column) => row.IsDBNull(column)
        ? CaseDetails.None
        : JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(column), CaseDetailsJson.Default.CaseDetails)!;
}

/// <summary>The JSON of the column. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(CaseDetails))]
internal sealed partial class CaseDetailsJson : JsonSerializerContext;
