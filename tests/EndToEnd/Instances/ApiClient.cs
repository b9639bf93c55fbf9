using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchboard.EndToEnd.Instances;

/// <summary>A plain HTTP client of the case API.</summary>
internal sealed class ApiClient : IDisposable
{
    private const string StandardType = "00000000-0000-0000-0000-000000000001";
    private readonly HttpClient _http;

    public ApiClient(Uri baseUrl, Credentials credentials)
    {
        _http = new HttpClient { BaseAddress = baseUrl, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Add("DD-API-KEY", credentials.ApiKey);
        _http.DefaultRequestHeaders.Add("DD-APPLICATION-KEY", credentials.ApplicationKey);
    }

    /// <summary>Sends a request and reads its answer whole.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text, response.Headers.RetryAfter);
    }

    /// <summary>Begins to read an answer that has no end.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Creates a project; its id.</summary>
    public async Task<string> CreateProjectAsync(string key)
    {
        var answer = await SendAsync(
            HttpMethod.Post, "/api/v2/cases/projects", Body("project", new { key, name = key }));
        return answer.Require(HttpStatusCode.Created)["data"]!["id"]!.GetValue<string>();
    }

    /// <summary>Opens a case.</summary>
    public Task<Answer> CreateCaseAsync(string projectId, string title) => SendAsync(HttpMethod.Post, "/api/v2/cases", JsonSerializer.Serialize(new
    {
        data = new
        {
            type = "case",
            attributes = new { title, type_id = StandardType },
            relationships = new { project = new { data = new { id = projectId, type = "project" } } },
        },
    }));

    /// <summary>Opens a case that must open; its id.</summary>
    public async Task<string> OpenCaseAsync(string projectId, string title) =>
        (await CreateCaseAsync(projectId, title)).Require(HttpStatusCode.Created)["data"]!["id"]!.GetValue<string>();

    /// <summary>Changes one field of a case.</summary>
    public Task<Answer> UpdateAsync(string caseId, string field, object attributes) =>
        SendAsync(HttpMethod.Post, $"/api/v2/cases/{caseId}/{field}", Body("case", attributes));

    /// <summary>Makes a case a duplicate of another.</summary>
    public async Task LinkDuplicateAsync(string duplicate, string original) => (await SendAsync(HttpMethod.Post, "/api/v2/cases/link", Body("link", new
    {
        parent_entity_type = "CASE",
        parent_entity_id = duplicate,
        child_entity_type = "CASE",
        child_entity_id = original,
        relationship = "DUPLICATES",
    }))).Require(HttpStatusCode.Created);

    /// <summary>A case's attributes.</summary>
    public async Task<JsonNode> ReadCaseAsync(string caseId) =>
        (await GetAsync($"/api/v2/cases/{caseId}")).Require(HttpStatusCode.OK)["data"]!["attributes"]!;

    public void Dispose() => _http.Dispose();

    private static string Body(string type, object attributes) => JsonSerializer.Serialize(new { data = new { type, attributes } });
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, RetryConditionHeaderValue? RetryAfter)
{
    public bool Ok => (int)Status is >= 200 and < 300;

    /// <summary>The document, if the status is the expected one.</summary>
    public JsonNode Require(HttpStatusCode expected) => Status == expected
        ? JsonNode.Parse(Text)!
        : throw new InvalidOperationException($"Expected {(int)expected}, got {(int)Status}: {Text}");
}
