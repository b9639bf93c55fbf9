using System.Text.Json;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Orgs;
using Switchboard.Timeline;

namespace Switchboard.Gateway.Cases;

/// <summary>Timeline cells as documents of the public contract.</summary>
internal static class TimelineJson
{
    /// <summary>Cells with their authors.</summary>
    internal readonly record struct Document(IReadOnlyList<TimelineCell> Cells, People.Resolved Authors);

    private static readonly System.Collections.Frozen.FrozenSet<string> Kinds = System.Collections.Frozen.FrozenSet.ToFrozenSet(
        typeof(TimelineCellKinds).GetFields().Select(static field => (string)field.GetRawConstantValue()!));

    /// <summary>Whether a cell can be of that kind.</summary>
    public static bool IsKind(string kind) => Kinds.Contains(kind);

    public static void Write(Utf8JsonWriter json, Document document)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var cell in document.Cells)
        {
            WriteCell(json, cell, cell.Author.Kind == ActorKind.User ? document.Authors[cell.Author.Id] : null);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter json, TimelineCell cell, Switchboard.Orgs.UserSnapshot? author)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, cell.Id);
        json.WriteString("type"u8, "timeline_cell"u8);
        json.WriteStartObject("attributes"u8);
        UserReference.WriteAuthor(json, "author"u8, cell.Author.Id, author);
        json.WriteString("case_id"u8, cell.CaseId);
        json.WritePropertyName("cell_content"u8);
        json.WriteRawValue(cell.Content, skipInputValidation: true);
        json.WriteString("content"u8, cell.Content);
        json.WriteTime("created_at"u8, cell.CreatedAt);
        if (cell.DeletedAt is { } deletedAt)
        {
            json.WriteTime("deleted_at"u8, deletedAt);
        }

        if (cell.ModifiedAt is { } modifiedAt)
        {
            json.WriteTime("modified_at"u8, modifiedAt);
        }

        json.WriteString("type"u8, cell.Kind);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
