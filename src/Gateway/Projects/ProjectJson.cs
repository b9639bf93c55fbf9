using System.Text.Json;
using Switchboard.Projects;

namespace Switchboard.Gateway.Projects;

/// <summary>Projects as documents of the public contract; what was never configured is left out.</summary>
internal static class ProjectJson
{
    public static void WriteDocument(Utf8JsonWriter json, ProjectSnapshot project)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, project);
        json.WriteEndObject();
    }

    public static void WriteList(Utf8JsonWriter json, IEnumerable<ProjectSnapshot> projects)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var project in projects)
        {
            Write(json, project);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ProjectSnapshot project)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, project.Id);
        json.WriteString("type"u8, "project"u8);
        json.WriteStartObject("attributes"u8);
        if (project.ColumnsConfig is { } columns)
        {
            json.WritePropertyName("columns_config"u8);
            json.WriteRawValue(columns, skipInputValidation: true);
        }

        if (!project.EnabledCustomCaseTypes.IsDefaultOrEmpty)
        {
            json.WriteStartArray("enabled_custom_case_types"u8);
            foreach (var type in project.EnabledCustomCaseTypes)
            {
                json.WriteStringValue(type);
            }

            json.WriteEndArray();
        }

        json.WriteString("key"u8, project.Key);
        json.WriteString("name"u8, project.Name);
        json.WriteBoolean("restricted"u8, project.Policy is not null);
        json.WriteStartObject("settings"u8);
        foreach (var (section, value) in project.Settings)
        {
            json.WritePropertyName(section);
            json.WriteRawValue(value, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        if (project.TeamId is { } team)
        {
            WriteTeam(json, team);
        }

        json.WriteEndObject();
    }

    private static void WriteTeam(Utf8JsonWriter json, Guid team)
    {
        json.WriteStartObject("relationships"u8);
        json.WriteStartObject("member_team"u8);
        json.WriteStartArray("data"u8);
        json.WriteStartObject();
        json.WriteString("id"u8, team);
        json.WriteString("type"u8, "team_links"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
