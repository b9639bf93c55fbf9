using System.Globalization;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Findings;

/// <summary>The cases of findings as documents of the public contract, whose types are plurals.</summary>
internal static class FindingJson
{
    public static void WriteDocument(Utf8JsonWriter json, CaseSnapshot @case)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, @case);
        json.WriteEndObject();
    }

    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<CaseSnapshot> cases)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var @case in cases)
        {
            Write(json, @case);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CaseSnapshot @case)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, @case.Id);
        json.WriteString("type"u8, "cases"u8);
        json.WriteStartObject("attributes"u8);
        WriteTime(json, "archived_at"u8, @case.ArchivedAt);
        if (@case.AssigneeId is { } assignee)
        {
            WriteReference(json, "assigned_to"u8, assignee, "users"u8);
        }

        CaseJson.WriteMap(json, @case.Attributes);
        WriteTime(json, "closed_at"u8, @case.ClosedAt);
        json.WriteTime("created_at"u8, @case.CreatedAt);
        json.WriteString("creation_source"u8, @case.CreationSource);
        json.WriteString("description"u8, @case.Description);
        if (@case.Details.DueDate is { } due)
        {
            json.WriteString("due_date"u8, due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        CaseJson.WriteInsights(json, @case.Details.Insights);
        json.WriteString("key"u8, @case.Key);
        WriteTime(json, "modified_at"u8, @case.ModifiedAt);
        json.WriteString("priority"u8, CaseNames.Of(@case.Priority));
        json.WriteString("status"u8, CaseNames.Of(@case.StatusGroup).AsSpan(3));
        json.WriteString("status_group"u8, CaseNames.Of(@case.StatusGroup));
        json.WriteString("status_name"u8, @case.StatusName);
        json.WriteString("title"u8, @case.Title);
        json.WriteString("type"u8, CaseTypes.Find(@case.TypeId)?.LegacyName ?? "TUNKNOWN");
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        WriteReference(json, "created_by"u8, @case.CreatedBy, "users"u8);
        if (@case.ModifiedBy is { } modifier)
        {
            WriteReference(json, "modified_by"u8, modifier, "users"u8);
        }

        WriteReference(json, "project"u8, @case.ProjectId, "projects"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteTime(name, value);
        }
    }

    private static void WriteReference(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid id, ReadOnlySpan<byte> type)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
