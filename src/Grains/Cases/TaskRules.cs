using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Orgs;

namespace Switchboard.Grains.Cases;

/// <summary>Decides commands on a case's checklist, and applies what follows from them.</summary>
internal static class TaskRules
{
    private static readonly DomainError NotFound = DomainError.NotFound("case task not found");

    public static DomainError? CheckForm(CaseCommand command) => command switch
    {
        AddTask c => CheckTitle(c.Title) ?? CheckPosition(c.Position),
        ChangeTask c => (c.Title is null ? null : CheckTitle(c.Title)) ?? CheckPosition(c.Position),
        OpenCase { Tasks.IsDefault: false } c => CheckTitles([.. c.Tasks.Select(static task => task.Title)]),
        _ => null,
    };

    /// <summary>What is wrong with the titles of a whole checklist, or null.</summary>
    public static DomainError? CheckTitles(ImmutableArray<string> titles) =>
        titles.Length > Limits.Tasks ? TooMany : titles.Select(CheckTitle).FirstOrDefault(static problem => problem is not null);

    public static Decision<CaseEvent> Add(CaseSnapshot state, AddTask command, in CaseFacts facts)
    {
        var tasks = state.Details.Tasks;
        return tasks.Any(task => task.Id == command.TaskId) ? DomainError.Conflict($"task {command.TaskId} exists already")
            : tasks.Length >= Limits.Tasks ? TooMany
            : command.AssigneeId is not null && !facts.AssigneeExists ? UserDecider.NotFound
            : new TaskAdded(
                command.TaskId,
                new TaskContent(command.Title, Done: false, command.AssigneeId, Math.Min(command.Position ?? int.MaxValue, tasks.Length)));
    }

    public static Decision<CaseEvent> Change(CaseSnapshot state, ChangeTask command, in CaseFacts facts)
    {
        var tasks = state.Details.Tasks;
        var index = IndexOf(tasks, command.TaskId);
        if (index < 0)
        {
            return NotFound;
        }

        var from = ContentOf(tasks[index], index);
        var to = new TaskContent(
            command.Title ?? from.Title,
            command.Done ?? from.Done,
            command.Unassign ? null : command.AssigneeId ?? from.AssigneeId,
            Math.Min(command.Position ?? index, tasks.Length - 1));
        return to == from ? Decision<CaseEvent>.None
            : to.AssigneeId is not null && to.AssigneeId != from.AssigneeId && !facts.AssigneeExists ? UserDecider.NotFound
            : new TaskChanged(command.TaskId, from, to);
    }

    public static Decision<CaseEvent> Remove(CaseSnapshot state, RemoveTask command)
    {
        var index = IndexOf(state.Details.Tasks, command.TaskId);
        return index < 0 ? NotFound : new TaskRemoved(command.TaskId, ContentOf(state.Details.Tasks[index], index));
    }

    /// <summary>The events that give a new case its checklist.</summary>
    public static IEnumerable<CaseEvent> Given(ImmutableArray<NewTask> tasks) => tasks.IsDefault
        ? []
        : tasks.Select(static (task, index) => new TaskAdded(task.Id, new TaskContent(task.Title, Done: false, null, index), Opening: true));

    public static CaseDetails With(CaseDetails details, TaskAdded fact, in EventStamp stamp) => details with
    {
        Tasks = details.Tasks.Insert(
            fact.Task.Position, new CaseTask(fact.TaskId, fact.Task.Title, fact.Task.AssigneeId, stamp.Actor.Id, stamp.At)),
    };

    public static CaseDetails With(CaseDetails details, TaskChanged fact, in EventStamp stamp)
    {
        var index = IndexOf(details.Tasks, fact.TaskId);
        var task = details.Tasks[index] with { Title = fact.To.Title, AssigneeId = fact.To.AssigneeId };
        if (fact.From.Done != fact.To.Done)
        {
            task = task with { DoneBy = fact.To.Done ? stamp.Actor.Id : null, DoneAt = fact.To.Done ? stamp.At : null };
        }

        return details with { Tasks = details.Tasks.RemoveAt(index).Insert(fact.To.Position, task) };
    }

    public static CaseDetails Without(CaseDetails details, Guid taskId) =>
        details with { Tasks = details.Tasks.RemoveAll(task => task.Id == taskId) };

    /// <summary>A task as events carry it.</summary>
    public static TaskContent ContentOf(CaseTask task, int position) => new(task.Title, task.DoneAt is not null, task.AssigneeId, position);

    private static DomainError TooMany { get; } = DomainError.Invalid($"a case may have at most {Limits.Tasks} tasks");

    private static int IndexOf(ImmutableArray<CaseTask> tasks, Guid id)
    {
        for (var index = 0; index < tasks.Length; index++)
        {
            if (tasks[index].Id == id)
            {
                return index;
            }
        }

        return -1;
    }

    private static DomainError? CheckTitle(string title) => TextRules.Required("title of a task", title, Limits.TaskTitle);

    private static DomainError? CheckPosition(int? position) =>
        position < 0 ? DomainError.Malformed($"position {position} of a task is negative") : null;
}
