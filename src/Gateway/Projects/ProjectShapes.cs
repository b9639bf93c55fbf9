using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Bodies;

namespace Switchboard.Gateway.Projects;

/// <summary>The request bodies of operations on projects.</summary>
internal static class ProjectShapes
{
    public const string Type = "project";

    private const string KeyRule = "One to ten letters, not CASE; upper-cased; cannot be changed later.";

    public static TextField Key { get; } = new("key", Required: true) { NotEmpty = true, Description = KeyRule, Example = "NOC" };

    public static TextField NewName { get; } = new("name", Required: true) { NotEmpty = true };

    public static TextField Name { get; } = new("name") { NotEmpty = true };

    public static UuidField TeamId { get; } = new("team_uuid") { Description = "The team that the project belongs to." };

    public static TextListField EnabledCustomCaseTypes { get; } = new("enabled_custom_case_types");

    public static ObjectField ColumnsConfig { get; } = new("columns_config", ProjectSchemas.ColumnsConfig)
    {
        Description = "Board layout.",
    };

    public static ObjectField Settings { get; } = new("settings", ProjectSchemas.Settings)
    {
        Description = "Sections that are given are merged member by member; the others stay.",
    };

    public static ResourceShape Create { get; } = new("ProjectCreateRequest", Type)
    {
        Attributes = [Key, NewName, TeamId, EnabledCustomCaseTypes, ColumnsConfig, Settings],
    };

    public static ResourceShape Update { get; } = new("ProjectUpdateRequest", Type)
    {
        Attributes = [Name, TeamId, EnabledCustomCaseTypes, ColumnsConfig, Settings],
    };

    /// <summary>The given sections as JSON texts; nulls are left out.</summary>
    public static ImmutableSortedDictionary<string, string> SectionsOf(ResourceBody body)
    {
        var sections = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (body.Get(Settings) is { } settings)
        {
            foreach (var section in settings.EnumerateObject())
            {
                if (section.Value.ValueKind == JsonValueKind.Object)
                {
                    sections[section.Name] = section.Value.GetRawText();
                }
            }
        }

        return sections.ToImmutable();
    }
}
