using Orleans;

namespace Switchboard.Cases;

/// <summary>One thing to do for a case; its place in the checklist is its place in <see cref="CaseDetails.Tasks"/>.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Title">What is to be done.</param>
/// <param name="AssigneeId">Who shall do it, or null.</param>
/// <param name="CreatedBy">The user who added it.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="DoneBy">The user who checked it off; null while it is not done.</param>
/// <param name="DoneAt">When it was checked off; null while it is not done.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CaseTask")]
public sealed record CaseTask(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string Title,
    [property: Id(2)] Guid? AssigneeId,
    [property: Id(3)] Guid CreatedBy,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] Guid? DoneBy = null,
    [property: Id(6)] DateTimeOffset? DoneAt = null);

/// <summary>What a task says, as events carry it.</summary>
/// <param name="Title">What is to be done.</param>
/// <param name="Done">Whether it is done.</param>
/// <param name="AssigneeId">Who shall do it, or null.</param>
/// <param name="Position">Its place in the checklist, from 0.</param>
[GenerateSerializer, Immutable, Alias("switchboard.TaskContent")]
public sealed record TaskContent(
    [property: Id(0)] string Title,
    [property: Id(1)] bool Done,
    [property: Id(2)] Guid? AssigneeId,
    [property: Id(3)] int Position);

/// <summary>A task of a new case.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Title">What is to be done.</param>
[GenerateSerializer, Immutable, Alias("switchboard.NewTask")]
public sealed record NewTask([property: Id(0)] Guid Id, [property: Id(1)] string Title);

/// <summary>Adds a task.</summary>
/// <param name="TaskId">The new task's id.</param>
/// <param name="Title">Not empty.</param>
/// <param name="AssigneeId">A user of the organisation, or null.</param>
/// <param name="Position">Its place from 0; null, or one beyond the end, for the end.</param>
[GenerateSerializer, Immutable, Alias("switchboard.AddTask")]
public sealed record AddTask(
    [property: Id(0)] Guid TaskId,
    [property: Id(1)] string Title,
    [property: Id(2)] Guid? AssigneeId,
    [property: Id(3)] int? Position) : CaseCommand;

/// <summary>Changes what is given of a task and leaves the rest.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Title">Not empty, or null.</param>
/// <param name="Done">Checks it off or opens it again.</param>
/// <param name="AssigneeId">A user of the organisation, or null.</param>
/// <param name="Unassign">Takes it from its assignee; <paramref name="AssigneeId"/> is null then.</param>
/// <param name="Position">Its new place from 0, or null; one beyond the end is the end.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ChangeTask")]
public sealed record ChangeTask(
    [property: Id(0)] Guid TaskId,
    [property: Id(1)] string? Title,
    [property: Id(2)] bool? Done,
    [property: Id(3)] Guid? AssigneeId,
    [property: Id(4)] bool Unassign,
    [property: Id(5)] int? Position) : CaseCommand;

/// <summary>Removes a task.</summary>
/// <param name="TaskId">The task.</param>
[GenerateSerializer, Immutable, Alias("switchboard.RemoveTask")]
public sealed record RemoveTask([property: Id(0)] Guid TaskId) : CaseCommand;
