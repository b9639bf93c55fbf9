using System.Text.Json;
using Switchboard.Cases;

namespace Switchboard.Grains.Cases;

/// <summary>What a case's timeline shows of changes of its checklist.</summary>
internal static class TaskCells
{
    /// <summary>The content of a cell; null stands for a task that was not there, or is there no more.</summary>
    public static string Of(Guid taskId, TaskContent? from, TaskContent? to) => CaseTimeline.Json((taskId, from, to), static (json, change) =>
    {
        json.WriteString("task_id", change.taskId);
        Write(json, "from", change.from);
        Write(json, "to", change.to);
    });

    /// <summary>A task as a member of an object.</summary>
    public static void Write(Utf8JsonWriter json, string name, TaskContent? task)
    {
        if (task is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("title", task.Title);
        json.WriteBoolean("done", task.Done);
        if (task.AssigneeId is { } assignee)
        {
            json.WriteString("assignee_id", assignee);
        }

        json.WriteNumber("position", task.Position);
        json.WriteEndObject();
    }
}
