using System.Globalization;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Timeline;

namespace Switchboard.Gateway.Exports;

/// <summary>A case as a line of an export: the resource of the public contract with every member there is, null where it is unset.</summary>
internal static class ExportJson
{
    public static void Write(Utf8JsonWriter json, CaseSnapshot @case, IEnumerable<TimelineCell>? cells)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, @case.Id);
        json.WriteString("type"u8, "case"u8);
        json.WriteStartObject("attributes"u8);
        WriteTime(json, "archived_at"u8, @case.ArchivedAt);
        CaseJson.WriteMap(json, @case.Attributes);
        WriteTime(json, "closed_at"u8, @case.ClosedAt);
        json.WriteNumber("comment_count"u8, @case.CommentCount);
        json.WriteTime("created_at"u8, @case.CreatedAt);
        json.WriteString("creation_source"u8, @case.CreationSource);
        CustomValues.Write(json, @case.Details.CustomValues);
        json.WriteString("description"u8, @case.Description);
        json.WriteString("due_date"u8, @case.Details.DueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        CaseJson.WriteInsights(json, @case.Details.Insights);
        json.WriteString("key"u8, @case.Key);
        WriteTime(json, "modified_at"u8, @case.ModifiedAt);
        json.WriteString("priority"u8, CaseNames.Of(@case.Priority));
        json.WriteString("public_id"u8, @case.PublicId.ToString(CultureInfo.InvariantCulture));
        json.WriteString("security_resolved_reason"u8, @case.Details.ResolvedReason);
        json.WriteString("status_group"u8, CaseNames.Of(@case.StatusGroup));
        json.WriteString("status_name"u8, @case.StatusName);
        if (cells is not null)
        {
            WriteCells(json, cells);
        }

        json.WriteString("title"u8, @case.Title);
        json.WriteString("type_id"u8, @case.TypeId);
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        WriteReference(json, "assignee"u8, @case.AssigneeId, "user"u8);
        WriteReference(json, "created_by"u8, @case.CreatedBy, "user"u8);
        WriteReference(json, "modified_by"u8, @case.ModifiedBy, "user"u8);
        WriteReference(json, "project"u8, @case.ProjectId, "project"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCells(Utf8JsonWriter json, IEnumerable<TimelineCell> cells)
    {
        json.WriteStartArray("timeline"u8);
        foreach (var cell in cells)
        {
            json.WriteStartObject();
            if (cell.Author.Kind == ActorKind.User)
            {
                json.WriteString("author_id"u8, cell.Author.Id);
            }
            else
            {
                json.WriteNull("author_id"u8);
            }

            json.WritePropertyName("cell_content"u8);
            json.WriteRawValue(cell.Content, skipInputValidation: true);
            json.WriteTime("created_at"u8, cell.CreatedAt);
            json.WriteString("type"u8, cell.Kind);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteTime(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteReference(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid? id, ReadOnlySpan<byte> type)
    {
        json.WriteStartObject(name);
        if (id is { } one)
        {
            json.WriteStartObject("data"u8);
            json.WriteString("id"u8, one);
            json.WriteString("type"u8, type);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("data"u8);
        }

        json.WriteEndObject();
    }
}
