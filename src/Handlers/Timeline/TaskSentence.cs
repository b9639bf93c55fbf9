using System.Globalization;
using Switchboard.Cases;

namespace Switchboard.Handlers.Timeline;

/// <summary>What became of a task, in words.</summary>
internal static class TaskSentence
{
    public static string Of(TaskChanged fact, Func<string, string> quote)
    {
        var (from, to) = (fact.From, fact.To);
        List<string> parts = [];
        if (from.Done != to.Done)
        {
            parts.Add(to.Done ? "done" : "open again");
        }

        if (from.Title != to.Title)
        {
            parts.Add($"now {quote(to.Title)}");
        }

        if (from.AssigneeId != to.AssigneeId)
        {
            parts.Add(to.AssigneeId is { } assignee ? $"assigned to @{assignee:D}" : "assigned to nobody");
        }

        if (from.Position != to.Position)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"moved from place {from.Position + 1} to {to.Position + 1}"));
        }

        return $"Task {quote(from.Title)}: {string.Join(", ", parts)}";
    }
}
