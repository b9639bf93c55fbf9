using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Running;

/// <summary>Request bodies, and short ways into answers.</summary>
internal static class Documents
{
    public const string StandardType = "00000000-0000-0000-0000-000000000001";
    public const string ChangeRequestType = "00000000-0000-0000-0000-000000000004";

    public static object Case(object attributes) => new { data = new { type = "case", attributes } };

    public static object EmptyCase { get; } = new { data = new { type = "case" } };

    public static object Project(object attributes) => new { data = new { type = "project", attributes } };

    public static object NewCase(string project, string title, object? more = null, string? assignee = null) => new
    {
        data = new
        {
            type = "case",
            attributes = Merged(new { title, type_id = StandardType }, more),
            relationships = Relationships(project, assignee),
        },
    };

    public static async Task<string> NewProjectAsync(this RunningOrg org, string key = "NOC")
    {
        var created = await org.PostAsync("/api/v2/cases/projects", Project(new { key, name = $"Project {key}" }), System.Net.HttpStatusCode.Created);
        return created.Data().Text("id")!;
    }

    /// <summary>Opens a case; returns <c>data</c>.</summary>
    public static async Task<JsonElement> NewCaseAsync(this RunningOrg org, string project, string title = "Disk filling", object? more = null)
    {
        var created = await org.PostAsync("/api/v2/cases", NewCase(project, title, more), System.Net.HttpStatusCode.Created);
        return created.Data();
    }

    public static string Id(this JsonElement resource) => resource.Text("id")!;

    public static JsonElement Data(this JsonElement document) => document.GetProperty("data");

    public static JsonElement Attributes(this JsonElement resource) => resource.GetProperty("attributes");

    /// <summary>The id that a relationship refers to, or null.</summary>
    public static string? Related(this JsonElement resource, string name) =>
        resource.GetProperty("relationships").TryGetProperty(name, out var relationship)
            ? relationship.GetProperty("data").Text("id")
            : null;

    public static bool Has(this JsonElement element, string member) => element.TryGetProperty(member, out _);

    private static object Relationships(string project, string? assignee) => assignee is null
        ? new { project = Reference(project, "project") }
        : new { project = Reference(project, "project"), assignee = Reference(assignee, "user") };

    private static object Reference(string id, string type) => new { data = new { id, type } };

    private static Dictionary<string, object?> Merged(params object?[] parts)
    {
        var members = new Dictionary<string, object?>();
        foreach (var part in parts.OfType<object>())
        {
            foreach (var property in part.GetType().GetProperties())
            {
                members[property.Name] = property.GetValue(part);
            }
        }

        return members;
    }
}
