using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Projects;

namespace Switchboard.Grains.Projects;

/// <summary>Decides commands on a project. Whether a key is free is known only to the database: see <see cref="KeyTaken"/>.</summary>
internal static class ProjectDecider
{
    /// <summary>The prefix that belongs to cases as such.</summary>
    private const string ReservedKey = "CASE";

    public static readonly DomainError NotFound = DomainError.NotFound("project not found");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no project.</summary>
    public static Decision<ProjectEvent> Decide(ProjectSnapshot? state, ProjectCommand command) => command switch
    {
        CreateProject c => CheckForm(c) is { } malformed ? malformed
            : state is null ? Create(c)
            : DomainError.Conflict($"project {state.Id} exists already, with the key {state.Key}"),
        UpdateProject c => CheckForm(c) is { } malformed ? malformed
            : state is null ? DomainError.NotFound("failed to get project: project not found")
            : Update(state, c),
        SetProjectPolicy c => PolicyRules.Check(c.Policy) is { } malformed ? malformed
            : state is null ? NotFound
            : SetPolicy(state, c.Policy),
        LeaveTeam c => state is null ? NotFound
            : state.TeamId != c.TeamId ? Decision<ProjectEvent>.None
            : new ProjectTeamChanged(state.TeamId, null),
        DeleteProject => state is null
            ? NotFound
            : new ProjectDeleted(state.Key, state.Name),
        _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(ProjectDecider)}.", nameof(command)),
    };

    /// <summary>The refusal of a key that another project of the organisation has.</summary>
    public static DomainError KeyTaken(string key) =>
        DomainError.Conflict($"project key {key.ToUpperInvariant()} is taken; choose another one");

    private static DomainError? CheckForm(CreateProject command) =>
        CheckKey(command.Key)
        ?? TextRules.Required("name", command.Name, Limits.Name)
        ?? ProjectSettings.Check(command.Settings)
        ?? CheckTypes(command.EnabledCustomCaseTypes)
        ?? CheckColumns(command.ColumnsConfig);

    private static DomainError? CheckForm(UpdateProject command) =>
        (command.Name is null ? null : TextRules.Required("name", command.Name, Limits.Name))
        ?? ProjectSettings.Check(command.Settings)
        ?? (command.EnabledCustomCaseTypes is { } types ? CheckTypes(types) : null)
        ?? CheckColumns(command.ColumnsConfig);

    private static DomainError? CheckKey(string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return DomainError.Malformed("key must not be empty");
        }

        return key.Length <= Limits.ProjectKey && key.All(char.IsAsciiLetter) && !key.Equals(ReservedKey, StringComparison.OrdinalIgnoreCase)
            ? null
            : DomainError.Invalid($"invalid project key. Must be 1 to {Limits.ProjectKey} letters A to Z and not {ReservedKey}");
    }

    private static DomainError? CheckTypes(ImmutableArray<string> types)
    {
        if (types.IsDefaultOrEmpty)
        {
            return null;
        }

        if (types.Length > Limits.EnabledCaseTypes)
        {
            return DomainError.Invalid(
                $"enabled_custom_case_types has {types.Length} items; at most {Limits.EnabledCaseTypes} are allowed");
        }

        return types.Select(static type => TextRules.Required("an item of enabled_custom_case_types", type, Limits.Name))
            .FirstOrDefault(static error => error is not null);
    }

    private static DomainError? CheckColumns(string? columns) =>
        columns is null ? null : JsonRules.CheckObject("columns_config", columns);

    private static ProjectCreated Create(CreateProject command)
    {
        var settings = ProjectSettings.Defaults;
        foreach (var (section, _, to) in ProjectSettings.Changes(settings, command.Settings))
        {
            settings = settings.SetItem(section, to);
        }

        return new ProjectCreated(
            command.Key.ToUpperInvariant(),
            command.Name,
            settings,
            OrEmpty(command.EnabledCustomCaseTypes),
            command.ColumnsConfig,
            command.TeamId);
    }

    private static Decision<ProjectEvent> Update(ProjectSnapshot state, UpdateProject command)
    {
        var facts = ImmutableArray.CreateBuilder<ProjectEvent>();
        if (command.Name is { } name && name != state.Name)
        {
            facts.Add(new ProjectRenamed(state.Name, name));
        }

        foreach (var (section, from, to) in ProjectSettings.Changes(state.Settings, command.Settings))
        {
            if (to.Length > Limits.SettingsSection)
            {
                return DomainError.Invalid(
                    $"settings.{section} would have {to.Length} characters; at most {Limits.SettingsSection} are allowed");
            }

            facts.Add(new ProjectSettingsChanged(section, from, to));
        }

        if (command.EnabledCustomCaseTypes is { } types && !OrEmpty(types).SequenceEqual(state.EnabledCustomCaseTypes))
        {
            facts.Add(new ProjectCaseTypesChanged(state.EnabledCustomCaseTypes, OrEmpty(types)));
        }

        if (command.ColumnsConfig is { } columns && !SameJson(columns, state.ColumnsConfig))
        {
            facts.Add(new ProjectColumnsChanged(state.ColumnsConfig, columns));
        }

        if (command.TeamId is { } team && team != state.TeamId)
        {
            facts.Add(new ProjectTeamChanged(state.TeamId, team));
        }

        return facts.ToImmutable();
    }

    private static Decision<ProjectEvent> SetPolicy(ProjectSnapshot state, ProjectPolicy? policy)
    {
        var next = policy is null ? null : PolicyRules.Normalise(policy);
        return next == state.Policy ? Decision<ProjectEvent>.None : new ProjectPolicyChanged(state.Policy, next);
    }

    private static ImmutableArray<string> OrEmpty(ImmutableArray<string> items) => items.IsDefault ? [] : items;

    private static bool SameJson(string left, string? right) =>
        right is not null && JsonNode.DeepEquals(JsonNode.Parse(left), JsonNode.Parse(right));
}
