using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Cases;

/// <summary>Lists case types.</summary>
internal sealed class CaseTypeOperations : IApiOperations
{
    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetAllCaseTypes",
            Method = "GET",
            Path = "/api/v2/cases/types",
            Tag = "Case Management Type",
            Summary = "Get all case types",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Response = CaseSchemas.CaseTypesResponse,
            Refusals = [401, 403, 429],
            Handle = static request => request.SendAsync(CaseTypes.BuiltIn, static (json, types) =>
            {
                json.WriteStartObject();
                json.WriteStartArray("data"u8);
                foreach (var type in types)
                {
                    WriteType(json, type);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }),
        },
    ];

    private static void WriteType(Utf8JsonWriter json, CaseType type)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, type.Id);
        json.WriteString("type"u8, "case_type"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteString("description"u8, ""u8);
        json.WriteString("emoji"u8, ""u8);
        json.WriteBoolean("internal"u8, type.Internal);
        json.WriteString("name"u8, type.Name);
        json.WriteStartObject("statuses_config"u8);
        WriteStatuses(json, "closed"u8, type.Closed);
        WriteStatuses(json, "in_progress"u8, type.InProgress);
        WriteStatuses(json, "open"u8, type.Open);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteStatuses(Utf8JsonWriter json, ReadOnlySpan<byte> group, StatusSet statuses)
    {
        json.WriteStartObject(group);
        json.WriteString("default"u8, statuses.Default);
        json.WriteStartArray("status_options"u8);
        foreach (var name in statuses.Names)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
