using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Gateway.Speech.Contract;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Speech.Listen;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.OpenApi;

public sealed partial class OpenApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly GatewayServer _server = fixture.Server;

    [Fact]
    public async Task The_document_names_every_operation_that_is_served()
    {
        var document = await DocumentAsync();
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => (path.Name, Method: method.Name.ToUpperInvariant(), Id: method.Value.Text("operationId"))))
            .ToList();

        described.Select(operation => (operation.Name, operation.Method, operation.Id!))
            .ShouldBe(
                [.. Served.Select(operation => (operation.Path, operation.Method, operation.Id)),
                .. ManagementContract.All.Select(operation => (operation.Path, operation.Method, operation.Id))],
                ignoreOrder: true);
        described.Select(operation => operation.Id).Distinct().Count().ShouldBe(described.Count);
    }

    [Fact]
    public async Task The_document_names_every_route_of_the_speech_API_and_no_other()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var speech = await SpeechServer.StartAsync([engine.Address]);

        var routed = RoutesOf(_server.Services).Concat(RoutesOf(speech.Services)).Where(static route => IsOfSpeech(route.Path) && route.Method is not ("OPTIONS" or "CONNECT"));

        routed.Order().ShouldBe(ManagementContract.All.AddRange(ListenContract.All).Select(static operation => (operation.Path, operation.Method)).Order());
    }

    [Fact]
    public void Every_parameter_of_the_speech_wire_that_is_understood_is_described()
    {
        var described = ListenContract.All.SelectMany(static operation => operation.Query).Select(static parameter => parameter.Name).Distinct();

        described.Order().ShouldBe(ListenQuery.Names.Order());
    }

    [Theory]
    [InlineData("SearchCases", "GET", "/api/v2/cases")]
    [InlineData("CreateCase", "POST", "/api/v2/cases")]
    [InlineData("GetCase", "GET", "/api/v2/cases/{case_id}")]
    [InlineData("UpdateCaseTitle", "POST", "/api/v2/cases/{case_id}/title")]
    [InlineData("UpdateCaseDescription", "POST", "/api/v2/cases/{case_id}/description")]
    [InlineData("UpdatePriority", "POST", "/api/v2/cases/{case_id}/priority")]
    [InlineData("UpdateStatus", "POST", "/api/v2/cases/{case_id}/status")]
    [InlineData("AssignCase", "POST", "/api/v2/cases/{case_id}/assign")]
    [InlineData("UnassignCase", "POST", "/api/v2/cases/{case_id}/unassign")]
    [InlineData("UpdateAttributes", "POST", "/api/v2/cases/{case_id}/attributes")]
    [InlineData("ArchiveCase", "POST", "/api/v2/cases/{case_id}/archive")]
    [InlineData("UnarchiveCase", "POST", "/api/v2/cases/{case_id}/unarchive")]
    [InlineData("CommentCase", "POST", "/api/v2/cases/{case_id}/comment")]
    [InlineData("UpdateCaseComment", "PUT", "/api/v2/cases/{case_id}/comment/{cell_id}")]
    [InlineData("DeleteCaseComment", "DELETE", "/api/v2/cases/{case_id}/comment/{cell_id}")]
    [InlineData("ListCaseTimeline", "GET", "/api/v2/cases/{case_id}/timelines")]
    [InlineData("GetProjects", "GET", "/api/v2/cases/projects")]
    [InlineData("CreateProject", "POST", "/api/v2/cases/projects")]
    [InlineData("GetProject", "GET", "/api/v2/cases/projects/{project_id}")]
    [InlineData("UpdateProject", "PATCH", "/api/v2/cases/projects/{project_id}")]
    [InlineData("DeleteProject", "DELETE", "/api/v2/cases/projects/{project_id}")]
    [InlineData("GetAllCaseTypes", "GET", "/api/v2/cases/types")]
    [InlineData("ListUsers", "GET", "/api/v2/users")]
    [InlineData("CreateUser", "POST", "/api/v2/users")]
    [InlineData("GetUser", "GET", "/api/v2/users/{user_id}")]
    [InlineData("UpdateUser", "PATCH", "/api/v2/users/{user_id}")]
    [InlineData("DisableUser", "DELETE", "/api/v2/users/{user_id}")]
    [InlineData("GetCurrentUser", "GET", "/api/v2/current_user")]
    [InlineData("ListRoles", "GET", "/api/v2/roles")]
    [InlineData("Validate", "GET", "/api/v1/validate")]
    public void An_operation_of_the_public_contract_is_served_under_its_own_id(string id, string method, string path)
    {
        var operation = Served.Where(served => served.Id == id).ShouldHaveSingleItem();

        (operation.Method, operation.Path).ShouldBe((method, path));
    }

    [Fact]
    public void Every_reference_leads_to_something()
    {
        var text = JsonSerializer.Serialize(JsonDocument.Parse(OpenApiDocument.Write(Served, [.. ListenContract.All, .. ManagementContract.All], "0")).RootElement);
        using var document = JsonDocument.Parse(text);
        foreach (Match match in Reference().Matches(text))
        {
            var node = document.RootElement;
            foreach (var step in match.Groups[1].Value.Split('/'))
            {
                node.TryGetProperty(step, out node).ShouldBeTrue(match.Value);
            }
        }
    }

    [Fact]
    public async Task Every_operation_declares_its_path_parameters_body_answers_and_keys()
    {
        foreach (var path in (await DocumentAsync()).GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var parameters = operation.Value.GetProperty("parameters").EnumerateArray()
                    .Where(parameter => parameter.Text("in") == "path").Select(parameter => parameter.Text("name"));
                PathParameter().Matches(path.Name).Select(match => match.Groups[1].Value).ShouldBe(parameters, path.Name);
                var responses = operation.Value.GetProperty("responses");
                responses.TryGetProperty("429", out _).ShouldBeTrue(path.Name);
                responses.TryGetProperty("503", out _).ShouldBeTrue(path.Name);
                if (IsOfSpeech(path.Name))
                {
                    operation.Value.GetProperty("security")[0].TryGetProperty("speechKey", out _).ShouldBeTrue(path.Name);
                    continue;
                }

                var declared = Served.Single(served => served.Id == operation.Value.Text("operationId"));
                var key = declared.Access.IsOfSenders ? "integrationKey" : "apiKeyAuth";
                operation.Value.GetProperty("security")[0].TryGetProperty(key, out _).ShouldBeTrue(path.Name);
                operation.Value.TryGetProperty("requestBody", out _).ShouldBe((declared.Body ?? declared.Lines) is not null || declared.Raw is not null, path.Name);
            }
        }
    }

    [Fact]
    public async Task The_page_comes_from_here_and_works_under_its_own_strict_policy()
    {
        using var page = await _server.Client.GetAsync("/docs", TestContext.Current.CancellationToken);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.Header("Content-Security-Policy")!.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self'");
        var html = await page.TextAsync();
        html.ShouldNotContain("http://");
        html.ShouldNotContain("https://");
        html.ShouldNotContain(" style=");
        html.ShouldNotContain("onclick");
        foreach (Match part in Part().Matches(html))
        {
            using var response = await _server.Client.GetAsync(part.Groups[1].Value, TestContext.Current.CancellationToken);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, part.Value);
        }
    }

    private static bool IsOfSpeech(string path) =>
        path.StartsWith("/v1/", StringComparison.Ordinal) || path.StartsWith("/listen", StringComparison.Ordinal) || path.EndsWith("/transcribe", StringComparison.Ordinal);

    private static IEnumerable<(string Path, string Method)> RoutesOf(IServiceProvider services) =>
        services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(static endpoint =>
            (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method => (endpoint.RoutePattern.RawText!, method)));

    private IReadOnlyList<ApiOperation> Served =>
        [.. _server.Services.GetServices<IApiOperations>().SelectMany(group => group.Operations)];

    private async Task<JsonElement> DocumentAsync()
    {
        using var response = await _server.Client.GetAsync(DocumentationPage.DocumentPath, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return await response.JsonAsync();
    }

    [GeneratedRegex("\"\\$ref\":\"#/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("{([^}]+)}")]
    private static partial Regex PathParameter();

    [GeneratedRegex("(?:src|href)=\"(/[^\"]+)\"")]
    private static partial Regex Part();
}
