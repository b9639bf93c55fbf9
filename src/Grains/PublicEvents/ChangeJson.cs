using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Grains.Cases;

namespace Switchboard.Grains.PublicEvents;

/// <summary>The changed fields of an event, old and new, in the words of the REST API.</summary>
internal static class ChangeJson
{
    private static readonly string[] Endings = ["_changed", "_replaced", "_edited", "_added", "_removed"];

    /// <summary>Writes the array <c>changes</c>.</summary>
    public static void Write(Utf8JsonWriter json, PublicCaseEvent told)
    {
        json.WriteStartArray("changes"u8);
        switch (told.Body)
        {
            case CaseOpened opened:
                WriteOpened(json, opened);
                break;
            case TitleChanged changed:
                WriteText(json, "title", changed.From, changed.To);
                break;
            case DescriptionChanged changed:
                WriteText(json, "description", changed.From, changed.To);
                break;
            case PriorityChanged changed:
                WriteText(json, "priority", CaseNames.Of(changed.From), CaseNames.Of(changed.To));
                break;
            case StatusChanged changed:
                WriteText(json, "status_name", changed.From, changed.To);
                if (changed.FromGroup != changed.ToGroup)
                {
                    WriteText(json, "status_group", CaseNames.Of(changed.FromGroup), CaseNames.Of(changed.ToGroup));
                }

                break;
            case AssigneeChanged changed:
                WriteText(json, "assignee_id", changed.From?.ToString(), changed.To?.ToString());
                break;
            case AttributesReplaced changed:
                WriteAttributes(json, changed.From, changed.To);
                break;
            case CaseArchived:
                WriteFlag(json, "archived", true);
                break;
            case CaseUnarchived:
                WriteFlag(json, "archived", false);
                break;
            case CaseDeleted:
                WriteFlag(json, "deleted", true);
                break;
            case CommentAdded added:
                WriteText(json, "comment", null, added.Message, added.CellId);
                break;
            case CommentEdited edited:
                WriteText(json, "comment", edited.From, edited.To, edited.CellId);
                break;
            case CommentDeleted deleted:
                WriteText(json, "comment", deleted.Message, null, deleted.CellId);
                break;
            case CaseMoved moved:
                WriteText(json, "project_id", moved.FromProjectId.ToString(), moved.ToProjectId.ToString());
                WriteText(json, "key", moved.FromKey, moved.ToKey);
                break;
            case CaseMerged:
                WriteText(json, "merged_into", null, MergedWith(told));
                break;
            case CaseUnmerged:
                WriteText(json, "merged_into", MergedWith(told), null);
                break;
            case CaseAbsorbed:
                WriteText(json, "merged_cases", null, MergedWith(told));
                break;
            case CaseReleased:
                WriteText(json, "merged_cases", MergedWith(told), null);
                break;
            case LinkAdded added when told.HidesOthers:
                WriteVeiled(json, told.CaseId, null, new CaseTie(added.LinkId, added.Relationship, added.Parent, added.Child));
                break;
            case LinkRemoved removed when told.HidesOthers:
                WriteVeiled(json, told.CaseId, new CaseTie(removed.LinkId, removed.Relationship, removed.Parent, removed.Child), null);
                break;
            case TaskAdded added:
                WriteTask(json, added.TaskId, null, added.Task);
                break;
            case TaskChanged changed:
                WriteTask(json, changed.TaskId, changed.From, changed.To);
                break;
            case TaskRemoved removed:
                WriteTask(json, removed.TaskId, removed.Task, null);
                break;
            case CallStarted started:
                WriteCall(json, started.CallId, started, static (json, e) => json.WriteString("session_id", e.SessionId));
                break;
            case CallAnnounced announced:
                WriteCall(json, announced.CallId, announced, static (json, e) => json.WriteString("title", e.Title));
                break;
            case CallTaken taken:
                WriteCall(json, taken.Call.Id, taken.Call, static (json, e) => json.WriteString("title", e.Title));
                break;
            case CallSaid said:
                WriteCall(json, said.CallId, said, static (json, e) => CallCells.WriteLines(json, e.Lines));
                break;
            case CallEnded ended:
                WriteCall(json, ended.CallId, ended, static (json, e) => CallCells.WriteRecord(json, e.Record));
                break;
            case CallResumed:
                break;
            default:
                WriteStored(json, told);
                break;
        }

        json.WriteEndArray();
    }

    private static string? MergedWith(PublicCaseEvent told) => told.HidesOthers ? null : PublicCaseEvent.MergedWith(told.Body)?.ToString();

    private static void WriteOpened(Utf8JsonWriter json, CaseOpened opened)
    {
        WriteText(json, "title", null, opened.Title);
        if (opened.Description.Length > 0)
        {
            WriteText(json, "description", null, opened.Description);
        }

        WriteText(json, "priority", null, CaseNames.Of(opened.Priority));
        WriteText(json, "status_name", null, opened.StatusName);
        WriteText(json, "status_group", null, CaseNames.Of(opened.StatusGroup));
        if (opened.AssigneeId is { } assignee)
        {
            WriteText(json, "assignee_id", null, assignee.ToString());
        }

        if (!opened.Attributes.IsEmpty)
        {
            WriteAttributes(json, null, opened.Attributes);
        }
    }

    private static void WriteText(Utf8JsonWriter json, string field, string? old, string? @new, Guid? of = null)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, field);
        if (of is { } id)
        {
            json.WriteString("id"u8, id);
        }

        json.WriteString("old"u8, old);
        json.WriteString("new"u8, @new);
        json.WriteEndObject();
    }

    private static void WriteTask(Utf8JsonWriter json, Guid taskId, TaskContent? old, TaskContent? @new)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, "task"u8);
        json.WriteString("id"u8, taskId);
        TaskCells.Write(json, "old", old);
        TaskCells.Write(json, "new", @new);
        json.WriteEndObject();
    }

    /// <summary>What came of a call: nothing of it is ever taken away.</summary>
    private static void WriteCall<T>(Utf8JsonWriter json, Guid callId, T fact, Action<Utf8JsonWriter, T> members)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, "call"u8);
        json.WriteString("id"u8, callId);
        json.WriteNull("old"u8);
        json.WriteStartObject("new"u8);
        members(json, fact);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A link in its stored form, but for the ids of the cases at its other end.</summary>
    private static void WriteVeiled(Utf8JsonWriter json, Guid caseId, CaseTie? old, CaseTie? @new)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, "link"u8);
        Tie("old", old);
        Tie("new", @new);
        json.WriteEndObject();

        void Tie(string name, CaseTie? tie)
        {
            if (tie is null)
            {
                json.WriteNull(name);
                return;
            }

            json.WriteStartObject(name);
            json.WriteString("link_id"u8, tie.Id);
            json.WriteString("relationship"u8, tie.Relationship);
            End("parent", tie.Parent);
            End("child", tie.Child);
            json.WriteEndObject();
        }

        void End(string name, LinkEnd end)
        {
            json.WriteStartObject(name);
            json.WriteString("type"u8, end.Type);
            json.WriteString("id"u8, end.CaseId is { } id && id != caseId ? null : end.Id);
            json.WriteEndObject();
        }
    }

    private static void WriteFlag(Utf8JsonWriter json, string field, bool @new)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, field);
        json.WriteBoolean("old"u8, !@new);
        json.WriteBoolean("new"u8, @new);
        json.WriteEndObject();
    }

    private static void WriteAttributes(
        Utf8JsonWriter json,
        ImmutableSortedDictionary<string, ImmutableArray<string>>? old,
        ImmutableSortedDictionary<string, ImmutableArray<string>> @new)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, "attributes"u8);
        WriteMap(json, "old", old);
        WriteMap(json, "new", @new);
        json.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, ImmutableArray<string>>? map)
    {
        if (map is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (var (key, values) in map)
        {
            json.WriteStartArray(key);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// A type without words of its own here, or of a newer release: changes are stored as <c>from</c> and <c>to</c>, what was added or
    /// removed as it is.
    /// </summary>
    private static void WriteStored(Utf8JsonWriter json, PublicCaseEvent told)
    {
        using var stored = JsonDocument.Parse(told.Payload);
        JsonElement? old = null, @new = null;
        if (told.Type.EndsWith("_added", StringComparison.Ordinal))
        {
            @new = stored.RootElement;
        }
        else if (told.Type.EndsWith("_removed", StringComparison.Ordinal))
        {
            old = stored.RootElement;
        }
        else if (stored.RootElement.ValueKind == JsonValueKind.Object)
        {
            old = stored.RootElement.TryGetProperty("from", out var from) ? from : null;
            @new = stored.RootElement.TryGetProperty("to", out var to) ? to : null;
        }

        if (old is null && @new is null)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("field"u8, FieldOf(told.Type));
        Write(json, "old", old);
        Write(json, "new", @new);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement? value)
    {
        json.WritePropertyName(name);
        if (value is { } there)
        {
            there.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static string FieldOf(string type)
    {
        var name = type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..];
        var ending = Array.Find(Endings, ending => name.EndsWith(ending, StringComparison.Ordinal));
        return ending is null ? name : name[..^ending.Length];
    }

    /// <summary>What an event says of a link.</summary>
    private sealed record CaseTie(Guid Id, string Relationship, LinkEnd Parent, LinkEnd Child);
}
