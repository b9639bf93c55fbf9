using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.OpenApi;

/// <summary>
/// The operations of the public contract on cases, types and attributes (case-api specification, 2.1 and 2.2), but for tickets, notebooks,
/// incidents, rules and maintenance windows.
/// </summary>
public sealed class PublicOperationsTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly GatewayServer _server = fixture.Server;

    public static TheoryData<string, string, string, int> Contract => new()
    {
        { "SearchCases", "GET", "/api/v2/cases", 200 },
        { "CreateCase", "POST", "/api/v2/cases", 201 },
        { "AggregateCases", "POST", "/api/v2/cases/aggregate", 200 },
        { "BulkUpdateCases", "POST", "/api/v2/cases/bulk", 200 },
        { "CountCases", "GET", "/api/v2/cases/count", 200 },
        { "ListCaseLinks", "GET", "/api/v2/cases/link", 200 },
        { "CreateCaseLink", "POST", "/api/v2/cases/link", 201 },
        { "DeleteCaseLink", "DELETE", "/api/v2/cases/link/{link_id}", 204 },
        { "GetProjects", "GET", "/api/v2/cases/projects", 200 },
        { "CreateProject", "POST", "/api/v2/cases/projects", 201 },
        { "ListUserCaseProjectFavorites", "GET", "/api/v2/cases/projects/favorites", 200 },
        { "GetProject", "GET", "/api/v2/cases/projects/{project_id}", 200 },
        { "UpdateProject", "PATCH", "/api/v2/cases/projects/{project_id}", 200 },
        { "DeleteProject", "DELETE", "/api/v2/cases/projects/{project_id}", 204 },
        { "FavoriteCaseProject", "POST", "/api/v2/cases/projects/{project_id}/favorites", 204 },
        { "UnfavoriteCaseProject", "DELETE", "/api/v2/cases/projects/{project_id}/favorites", 204 },
        { "ListCaseViews", "GET", "/api/v2/cases/views", 200 },
        { "CreateCaseView", "POST", "/api/v2/cases/views", 201 },
        { "GetCaseView", "GET", "/api/v2/cases/views/{view_id}", 200 },
        { "UpdateCaseView", "PUT", "/api/v2/cases/views/{view_id}", 200 },
        { "DeleteCaseView", "DELETE", "/api/v2/cases/views/{view_id}", 204 },
        { "GetCase", "GET", "/api/v2/cases/{case_id}", 200 },
        { "ArchiveCase", "POST", "/api/v2/cases/{case_id}/archive", 200 },
        { "AssignCase", "POST", "/api/v2/cases/{case_id}/assign", 200 },
        { "UpdateAttributes", "POST", "/api/v2/cases/{case_id}/attributes", 200 },
        { "CommentCase", "POST", "/api/v2/cases/{case_id}/comment", 200 },
        { "UpdateCaseComment", "PUT", "/api/v2/cases/{case_id}/comment/{cell_id}", 200 },
        { "DeleteCaseComment", "DELETE", "/api/v2/cases/{case_id}/comment/{cell_id}", 204 },
        { "UpdateCaseCustomAttribute", "POST", "/api/v2/cases/{case_id}/custom_attributes/{custom_attribute_key}", 200 },
        { "DeleteCaseCustomAttribute", "DELETE", "/api/v2/cases/{case_id}/custom_attributes/{custom_attribute_key}", 200 },
        { "UpdateCaseDescription", "POST", "/api/v2/cases/{case_id}/description", 200 },
        { "UpdateCaseDueDate", "POST", "/api/v2/cases/{case_id}/due_date", 200 },
        { "AddCaseInsights", "PUT", "/api/v2/cases/{case_id}/insights", 200 },
        { "RemoveCaseInsights", "DELETE", "/api/v2/cases/{case_id}/insights", 200 },
        { "UpdatePriority", "POST", "/api/v2/cases/{case_id}/priority", 200 },
        { "MoveCaseToProject", "PATCH", "/api/v2/cases/{case_id}/relationships/project", 200 },
        { "UpdateCaseResolvedReason", "POST", "/api/v2/cases/{case_id}/resolved_reason", 200 },
        { "UpdateStatus", "POST", "/api/v2/cases/{case_id}/status", 200 },
        { "ListCaseTimeline", "GET", "/api/v2/cases/{case_id}/timelines", 200 },
        { "UpdateCaseTitle", "POST", "/api/v2/cases/{case_id}/title", 200 },
        { "UnarchiveCase", "POST", "/api/v2/cases/{case_id}/unarchive", 200 },
        { "UnassignCase", "POST", "/api/v2/cases/{case_id}/unassign", 200 },
        { "ListCaseWatchers", "GET", "/api/v2/cases/{case_id}/watchers", 200 },
        { "WatchCase", "POST", "/api/v2/cases/{case_id}/watchers/{user_uuid}", 201 },
        { "UnwatchCase", "DELETE", "/api/v2/cases/{case_id}/watchers/{user_uuid}", 204 },
        { "GetAllCaseTypes", "GET", "/api/v2/cases/types", 200 },
        { "CreateCaseType", "POST", "/api/v2/cases/types", 201 },
        { "GetAllCustomAttributes", "GET", "/api/v2/cases/types/custom_attributes", 200 },
        { "UpdateCaseType", "PUT", "/api/v2/cases/types/{case_type_id}", 200 },
        { "DeleteCaseType", "DELETE", "/api/v2/cases/types/{case_type_id}", 204 },
        { "GetAllCustomAttributeConfigsByCaseType", "GET", "/api/v2/cases/types/{case_type_id}/custom_attributes", 200 },
        { "CreateCustomAttributeConfig", "POST", "/api/v2/cases/types/{case_type_id}/custom_attributes", 201 },
        { "UpdateCustomAttributeConfig", "PUT", "/api/v2/cases/types/{case_type_id}/custom_attributes/{custom_attribute_id}", 200 },
        { "DeleteCustomAttributeConfig", "DELETE", "/api/v2/cases/types/{case_type_id}/custom_attributes/{custom_attribute_id}", 204 },
    };

    [Theory]
    [MemberData(nameof(Contract))]
    public void Every_operation_is_served_as_the_contract_has_it(string id, string method, string path, int success)
    {
        var served = _server.Services.GetServices<IApiOperations>().SelectMany(static group => group.Operations).Where(one => one.Id == id).ToList();

        served.Select(static one => (one.Method, one.Path, one.Success)).ShouldBe([(method, path, success)]);
    }

    [Theory]
    [MemberData(nameof(Contract))]
    public void Every_operation_is_called_by_a_program_of_the_public_client(string id, string method, string path, int success)
    {
        _ = (method, path, success);
        var call = $"{char.ToLowerInvariant(id[0])}{id[1..]}";

        Programs.Value.ShouldContain(program => program.Contains($".{call}(", StringComparison.Ordinal) || program.Contains($"\"{call}\"", StringComparison.Ordinal));
    }

    private static Lazy<string[]> Programs { get; } = new(static () =>
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} does not lie in the repository.");
        }

        var clients = Path.Combine(folder.FullName, "tests", "Clients");
        return [.. Directory.GetFiles(clients, "*.mjs", SearchOption.TopDirectoryOnly).Concat(Directory.GetFiles(Path.Combine(clients, "programs"), "*.mjs")).Select(File.ReadAllText)];
    });
}
