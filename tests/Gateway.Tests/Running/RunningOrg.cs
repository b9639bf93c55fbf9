using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Running;

/// <summary>
/// A client of one organisation. Every answer it gets is held against the OpenAPI document: a documented status, a body that fits
/// the published schema.
/// </summary>
public sealed class RunningOrg(RunningGateway gateway, Guid id, Guid userId, string apiKey, string applicationKey)
{
    public RunningGateway Gateway => gateway;

    public Guid Id => id;

    public Guid UserId => userId;

    public string ApiKey => apiKey;

    public string ApplicationKey => applicationKey;

    /// <summary>The same organisation through another user's key.</summary>
    public async Task<RunningOrg> AsAsync(Guid otherUser, params string[] scopes) =>
        new(gateway, id, otherUser, apiKey, await gateway.NewApplicationKeyAsync(id, otherUser, scopes));

    /// <summary>A new user of the organisation, and the organisation through that user's key.</summary>
    public async Task<RunningOrg> AsNewUserAsync(string role, string name = "Bo") =>
        await AsAsync(await gateway.NewUserAsync(id, $"{Guid.NewGuid():N}@example.test", name, role));

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, HttpStatusCode.OK);

    public Task<JsonElement> PostAsync(string path, object body, HttpStatusCode expected = HttpStatusCode.OK) =>
        SendAsync(HttpMethod.Post, path, body, expected);

    public Task<JsonElement> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body, HttpStatusCode.OK);

    public Task PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body, HttpStatusCode.OK);

    public Task DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null, HttpStatusCode.NoContent);

    /// <summary>Sends a request that must be refused; returns the error.</summary>
    public async Task<JsonElement> RefusedAsync(HttpMethod method, string path, object? body, int status)
    {
        using var response = await SendRawAsync(method, path, body);
        return await response.ErrorAsync(status);
    }

    /// <summary>Sends a request and checks its answer's form, whatever it is.</summary>
    public async Task<HttpResponseMessage> SendRawAsync(
        HttpMethod method, string path, object? body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("DD-API-KEY", apiKey);
        request.Headers.Add("DD-APPLICATION-KEY", applicationKey);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (body is not null)
        {
            request.Content = GatewayServer.Json(body as string ?? JsonSerializer.Serialize(body));
        }

        var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await CheckAsync(method, path, response);
        return response;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, HttpStatusCode expected)
    {
        using var response = await SendRawAsync(method, path, body);
        response.StatusCode.ShouldBe(expected, await response.TextAsync());
        return response.Content.Headers.ContentLength > 0 ? await response.JsonAsync() : default;
    }

    private async Task CheckAsync(HttpMethod method, string path, HttpResponseMessage response)
    {
        var operation = OperationOf(method, path.Split('?')[0]);
        var status = (int)response.StatusCode;
        if (!response.IsSuccessStatusCode)
        {
            OpenApiDocument.RefusalsOf(operation).ShouldContain(status, $"{operation.Id} answered {await response.TextAsync()}");
            return;
        }

        status.ShouldBe(operation.Success);
        if (operation.Response is null)
        {
            (await response.TextAsync()).ShouldBeEmpty();
            return;
        }

        if (operation.StreamType is { } streamed)
        {
            response.Content.Headers.ContentType!.MediaType.ShouldBe(streamed);
            foreach (var line in (await response.TextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                SchemaConformance.Deviations(operation.Response, JsonDocument.Parse(line).RootElement).ShouldBeEmpty();
            }

            return;
        }

        response.Content.Headers.ContentType!.MediaType.ShouldBe(operation.MediaType);
        SchemaConformance.Deviations(operation.Response, await response.JsonAsync()).ShouldBeEmpty();
    }

    /// <summary>As routing decides: the template with the most literal segments wins.</summary>
    private ApiOperation OperationOf(HttpMethod method, string path) => gateway.Operations
        .Where(operation => operation.Method == method.Method
            && Regex.IsMatch(path, $"^{Regex.Replace(operation.Path, "{[^}]+}", "[^/]+")}$"))
        .OrderBy(operation => operation.Path.Count(character => character == '{'))
        .First();
}
