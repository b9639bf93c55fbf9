using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Projects;

/// <summary>The state of a project after its event number <see cref="Version"/>.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ProjectSnapshot")]
public sealed record ProjectSnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The project's id.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How many events the project has.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>One to ten upper-case letters, unique in the organisation, fixed; the first half of its cases' keys.</summary>
    [Id(3)] public required string Key { get; init; }

    /// <summary>Display name.</summary>
    [Id(4)] public required string Name { get; init; }

    /// <summary>The settings: section name (<c>notification</c>, <c>integration_jira</c>, ...) to the section as a JSON object.</summary>
    [Id(5)] public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Ids of the custom case types that are offered in the project.</summary>
    [Id(6)] public ImmutableArray<string> EnabledCustomCaseTypes { get; init; } = [];

    /// <summary>Board layout as the client sent it, a JSON object, or null.</summary>
    [Id(7)] public string? ColumnsConfig { get; init; }

    /// <summary>The team that the project belongs to, or null.</summary>
    [Id(8)] public Guid? TeamId { get; init; }

    /// <summary>Who made it.</summary>
    [Id(9)] public required Guid CreatedBy { get; init; }

    /// <summary>When it was made.</summary>
    [Id(10)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed, or null.</summary>
    [Id(11)] public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Who last changed it, or null.</summary>
    [Id(12)] public Guid? ModifiedBy { get; init; }

    /// <summary>Who may do what in the project; null lets the whole organisation in.</summary>
    [Id(13)] public ProjectPolicy? Policy { get; init; }
}
