using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Projects;

/// <summary>A change that somebody asks a project for.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ProjectCommand")]
public abstract record ProjectCommand;

/// <summary>Creates the project.</summary>
/// <param name="Key">One to ten letters, not <c>CASE</c>, not taken.</param>
/// <param name="Name">Not empty.</param>
/// <param name="Settings">Sections that differ from the defaults.</param>
/// <param name="EnabledCustomCaseTypes">Type ids.</param>
/// <param name="ColumnsConfig">Board layout, a JSON object, or null.</param>
/// <param name="TeamId">A team, or null.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CreateProject")]
public sealed record CreateProject(
    [property: Id(0)] string Key,
    [property: Id(1)] string Name,
    [property: Id(2)] ImmutableSortedDictionary<string, string> Settings,
    [property: Id(3)] ImmutableArray<string> EnabledCustomCaseTypes,
    [property: Id(4)] string? ColumnsConfig,
    [property: Id(5)] Guid? TeamId) : ProjectCommand;

/// <summary>Changes what is given and leaves the rest; a settings section is merged member by member.</summary>
/// <param name="Name">The new name, or null.</param>
/// <param name="Settings">Sections with the members to set.</param>
/// <param name="EnabledCustomCaseTypes">The new list, or null.</param>
/// <param name="ColumnsConfig">The new layout, or null.</param>
/// <param name="TeamId">The new team, or null.</param>
[GenerateSerializer, Immutable, Alias("switchboard.UpdateProject")]
public sealed record UpdateProject(
    [property: Id(0)] string? Name,
    [property: Id(1)] ImmutableSortedDictionary<string, string> Settings,
    [property: Id(2)] ImmutableArray<string>? EnabledCustomCaseTypes,
    [property: Id(3)] string? ColumnsConfig,
    [property: Id(4)] Guid? TeamId = null) : ProjectCommand;

/// <summary>Takes a team that is going from the project; changes nothing when the project has another one or none.</summary>
/// <param name="TeamId">The team.</param>
[GenerateSerializer, Immutable, Alias("switchboard.LeaveTeam")]
public sealed record LeaveTeam([property: Id(0)] Guid TeamId) : ProjectCommand;

/// <summary>
/// Replaces the project's policy. Whether its principals exist, and whether the caller keeps access, is the door's to know.
/// </summary>
/// <param name="Policy">The new policy; null opens the project to the organisation.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SetProjectPolicy")]
public sealed record SetProjectPolicy([property: Id(0)] ProjectPolicy? Policy) : ProjectCommand;

/// <summary>Deletes the project and, in the same transaction, all its cases.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.DeleteProject")]
public sealed record DeleteProject : ProjectCommand;
