using System.Collections.Immutable;
using Orleans;
using Switchboard.Events;

namespace Switchboard.Projects;

/// <summary>A fact about a project.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ProjectEvent")]
public abstract record ProjectEvent : DomainEvent;

/// <summary>The project was created.</summary>
[EventType("project.created"), GenerateSerializer, Immutable, Alias("switchboard.ProjectCreated")]
public sealed record ProjectCreated(
    [property: Id(0)] string Key,
    [property: Id(1)] string Name,
    [property: Id(2)] ImmutableSortedDictionary<string, string> Settings,
    [property: Id(3)] ImmutableArray<string> EnabledCustomCaseTypes,
    [property: Id(4)] string? ColumnsConfig,
    [property: Id(5)] Guid? TeamId) : ProjectEvent;

/// <summary>The name changed.</summary>
[EventType("project.renamed"), GenerateSerializer, Immutable, Alias("switchboard.ProjectRenamed")]
public sealed record ProjectRenamed([property: Id(0)] string From, [property: Id(1)] string To) : ProjectEvent;

/// <summary>One settings section changed; null stands for an absent section.</summary>
[EventType("project.settings_changed"), GenerateSerializer, Immutable, Alias("switchboard.ProjectSettingsChanged")]
public sealed record ProjectSettingsChanged(
    [property: Id(0)] string Section,
    [property: Id(1)] string? From,
    [property: Id(2)] string To) : ProjectEvent;

/// <summary>The list of offered custom case types changed.</summary>
[EventType("project.case_types_changed"), GenerateSerializer, Immutable, Alias("switchboard.ProjectCaseTypesChanged")]
public sealed record ProjectCaseTypesChanged(
    [property: Id(0)] ImmutableArray<string> From,
    [property: Id(1)] ImmutableArray<string> To) : ProjectEvent;

/// <summary>The board layout changed.</summary>
[EventType("project.columns_changed"), GenerateSerializer, Immutable, Alias("switchboard.ProjectColumnsChanged")]
public sealed record ProjectColumnsChanged([property: Id(0)] string? From, [property: Id(1)] string To) : ProjectEvent;

/// <summary>The project went to another team; null stands for none.</summary>
[EventType("project.team_changed"), GenerateSerializer, Immutable, Alias("switchboard.ProjectTeamChanged")]
public sealed record ProjectTeamChanged([property: Id(0)] Guid? From, [property: Id(1)] Guid? To) : ProjectEvent;

/// <summary>The project's policy changed; null stands for none, which lets the whole organisation in.</summary>
[EventType("project.policy_changed"), GenerateSerializer, Immutable, Alias("switchboard.ProjectPolicyChanged")]
public sealed record ProjectPolicyChanged([property: Id(0)] ProjectPolicy? From, [property: Id(1)] ProjectPolicy? To) : ProjectEvent;

/// <summary>The project was deleted, with all its cases.</summary>
[EventType("project.deleted"), GenerateSerializer, Immutable, Alias("switchboard.ProjectDeleted")]
public sealed record ProjectDeleted([property: Id(0)] string Key, [property: Id(1)] string Name) : ProjectEvent;
