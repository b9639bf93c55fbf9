using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Cases;

/// <summary>A change that somebody asks a case for.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseCommand")]
public abstract record CaseCommand;

/// <summary>Opens the case. Refused when it exists already (but see <see cref="Commands.IdempotencyKey"/>).</summary>
/// <param name="ProjectId">The project to file it under.</param>
/// <param name="TypeId">The case type.</param>
/// <param name="Title">Not empty.</param>
/// <param name="Description">Free text.</param>
/// <param name="Priority">How urgent.</param>
/// <param name="StatusName">A status of the type, or null for the default of its open group.</param>
/// <param name="AssigneeId">A user of the organisation, or null.</param>
/// <param name="Attributes">Initial attributes.</param>
/// <param name="CreationSource"><c>MANUAL</c> for people and API clients.</param>
/// <param name="CustomValues">Values of the type's custom attributes by key; null for none.</param>
/// <param name="Tasks">The checklist that it begins with.</param>
[GenerateSerializer, Immutable, Alias("switchboard.OpenCase")]
public sealed record OpenCase(
    [property: Id(0)] Guid ProjectId,
    [property: Id(1)] Guid TypeId,
    [property: Id(2)] string Title,
    [property: Id(3)] string Description,
    [property: Id(4)] CasePriority Priority,
    [property: Id(5)] string? StatusName,
    [property: Id(6)] Guid? AssigneeId,
    [property: Id(7)] ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes,
    [property: Id(8)] string CreationSource = "MANUAL",
    [property: Id(9)] ImmutableSortedDictionary<string, CustomValue>? CustomValues = null,
    [property: Id(10)] ImmutableArray<NewTask> Tasks = default) : CaseCommand;

/// <summary>Sets the title.</summary>
/// <param name="Title">Not empty.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetTitle")]
public sealed record SetTitle([property: Id(0)] string Title) : CaseCommand;

/// <summary>Sets the description.</summary>
/// <param name="Description">May be empty.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetDescription")]
public sealed record SetDescription([property: Id(0)] string Description) : CaseCommand;

/// <summary>Sets the priority.</summary>
/// <param name="Priority">The new priority.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetPriority")]
public sealed record SetPriority([property: Id(0)] CasePriority Priority) : CaseCommand;

/// <summary>Sets the status by name, or to the default of a group. The name wins when both are given.</summary>
/// <param name="StatusName">A status of the case's type, or null.</param>
/// <param name="Group">A group, or null.</param>
/// <param name="ClosedReason">One of <see cref="ClosedReasons"/>, or null; refused unless the status is a closed one.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetStatus")]
public sealed record SetStatus(
    [property: Id(0)] string? StatusName,
    [property: Id(1)] StatusGroup? Group,
    [property: Id(2)] string? ClosedReason = null) : CaseCommand;

/// <summary>Says why a closed case is closed. Refused while it is not closed.</summary>
/// <param name="Reason">One of <see cref="ClosedReasons"/>, or null to take it back.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetClosedReason")]
public sealed record SetClosedReason([property: Id(0)] string? Reason) : CaseCommand;

/// <summary>Gives the case to a user.</summary>
/// <param name="UserId">A user of the organisation.</param>
[GenerateSerializer, Immutable, Alias("switchboard.Assign")]
public sealed record Assign([property: Id(0)] Guid UserId) : CaseCommand;

/// <summary>Takes the case from its assignee.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.Unassign")]
public sealed record Unassign : CaseCommand;

/// <summary>Replaces the whole attribute map.</summary>
/// <param name="Attributes">The new map.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ReplaceAttributes")]
public sealed record ReplaceAttributes(
    [property: Id(0)] ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes) : CaseCommand;

/// <summary>Hides the case from searches that do not ask for archived ones.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.Archive")]
public sealed record Archive : CaseCommand;

/// <summary>Takes the case back from the archive.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.Unarchive")]
public sealed record Unarchive : CaseCommand;

/// <summary>Sets the value of a custom attribute of the case's type.</summary>
/// <param name="Key">The attribute's key, in any letter case.</param>
/// <param name="Value">A value that fits the attribute.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetCustomValue")]
public sealed record SetCustomValue([property: Id(0)] string Key, [property: Id(1)] CustomValue Value) : CaseCommand;

/// <summary>Takes the value of a custom attribute away.</summary>
/// <param name="Key">The attribute's key, in any letter case; nothing happens when the case has no value.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ClearCustomValue")]
public sealed record ClearCustomValue([property: Id(0)] string Key) : CaseCommand;

/// <summary>Files the case under another project, which gives it a new key; the old key leads to it still.</summary>
/// <param name="ProjectId">The project.</param>
[GenerateSerializer, Immutable, Alias("switchboard.MoveToProject")]
public sealed record MoveToProject([property: Id(0)] Guid ProjectId) : CaseCommand;

/// <summary>Sets the day by which the case should be closed, or clears it.</summary>
/// <param name="DueDate">A day of the calendar, or null.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetDueDate")]
public sealed record SetDueDate([property: Id(0)] DateOnly? DueDate) : CaseCommand;

/// <summary>Says why a security case was resolved. Refused on a case of another type.</summary>
/// <param name="Reason">Upper-case letters, digits and underscores, such as <c>FALSE_POSITIVE</c>.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetResolvedReason")]
public sealed record SetResolvedReason([property: Id(0)] string Reason) : CaseCommand;

/// <summary>Makes a user watch the case.</summary>
/// <param name="UserId">A user of the organisation.</param>
[GenerateSerializer, Immutable, Alias("switchboard.Watch")]
public sealed record Watch([property: Id(0)] Guid UserId) : CaseCommand;

/// <summary>Ends a user's watching.</summary>
/// <param name="UserId">The user; nothing happens when the user does not watch.</param>
[GenerateSerializer, Immutable, Alias("switchboard.Unwatch")]
public sealed record Unwatch([property: Id(0)] Guid UserId) : CaseCommand;

/// <summary>Adds insights; those that the case has already (same type and resource) are left as they are.</summary>
/// <param name="Insights">1 to <see cref="Limits.InsightsAtOnce"/>.</param>
[GenerateSerializer, Immutable, Alias("switchboard.AddInsights")]
public sealed record AddInsights([property: Id(0)] ImmutableArray<CaseInsight> Insights) : CaseCommand;

/// <summary>Removes insights by type and resource; those that the case does not have are passed over.</summary>
/// <param name="Insights">1 to <see cref="Limits.InsightsAtOnce"/>.</param>
[GenerateSerializer, Immutable, Alias("switchboard.RemoveInsights")]
public sealed record RemoveInsights([property: Id(0)] ImmutableArray<CaseInsight> Insights) : CaseCommand;

/// <summary>A change to the comments of a case; answers with the comment's timeline cell.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CommentCommand")]
public abstract record CommentCommand([property: Id(0)] Guid CellId);

/// <summary>Adds a comment.</summary>
/// <param name="CellId">The new cell's id.</param>
/// <param name="Message">Not empty.</param>
[GenerateSerializer, Immutable, Alias("switchboard.AddComment")]
public sealed record AddComment(Guid CellId, [property: Id(0)] string Message) : CommentCommand(CellId);

/// <summary>Changes a comment's text. Allowed to its author and to whoever may manage the project.</summary>
/// <param name="CellId">The cell.</param>
/// <param name="Message">Not empty.</param>
[GenerateSerializer, Immutable, Alias("switchboard.EditComment")]
public sealed record EditComment(Guid CellId, [property: Id(0)] string Message) : CommentCommand(CellId);

/// <summary>Takes a comment out of the timeline; its events stay.</summary>
/// <param name="CellId">The cell.</param>
[GenerateSerializer, Immutable, Alias("switchboard.DeleteComment")]
public sealed record DeleteComment(Guid CellId) : CommentCommand(CellId);
