using Google.Protobuf;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.Tests.Grpc;
using Switchboard.Gateway.Tests.Running;
using Case = Switchboard.Gateway.CaseApi.Messages.Case;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>A client of the case API with an organisation's keys.</summary>
internal sealed class CaseApiClient(RunningOrg org, string? apiKey = null) : IDisposable
{
    private readonly RpcClient _client = new(org.Gateway.Http2);

    public Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, params (string, string)[] headers)
        where T : IMessage<T> => CallPathAsync($"/switchboard.cases.v1.CaseApi/{method}", request, parser, headers);

    /// <summary>Calls a method of any service.</summary>
    public async Task<T> CallPathAsync<T>(string path, IMessage request, MessageParser<T> parser, params (string, string)[] headers)
        where T : IMessage<T>
    {
        var answer = await _client.CallAsync(path, request, [.. Keys, .. headers]);
        answer.Status.ShouldBe(0, answer.Message);
        return answer.Messages(parser).Single();
    }

    /// <summary>Sends a request that must be refused, by the method's name or another service's path; returns what it is told.</summary>
    public Task<Google.Rpc.Status> RefusedAsync(string method, IMessage request, params int[] codes) => RefusedAsync(method, request, codes, []);

    public async Task<Google.Rpc.Status> RefusedAsync(string method, IMessage request, int[] codes, params (string, string)[] headers)
    {
        var answer = await SendAsync(method, request, headers);
        codes.ShouldContain(answer.Status, answer.Message);
        if (answer.Status == 0)
        {
            return new Google.Rpc.Status();
        }

        var details = answer.Trailer("grpc-status-details-bin")!;
        return Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '=')));
    }

    public async Task<(string Project, string Case)> OpenCaseAsync(string key = "FIRST")
    {
        var project = await CallAsync("CreateProject", new CreateProjectRequest { Key = key, Name = key }, Project.Parser);
        var opened = await CallAsync(
            "CreateCase",
            new CreateCaseRequest { ProjectId = project.Id, TypeId = "00000000-0000-0000-0000-000000000001", Title = "first" },
            Case.Parser);
        return (project.Id, opened.Id);
    }

    public async Task<ImportCasesResponse> ImportAsync(IEnumerable<ImportCasesRequest> rows, params (string, string)[] headers)
    {
        var answer = await _client.CallAsync("/switchboard.cases.v1.CaseApi/ImportCases", rows, [.. Keys, .. headers]);
        answer.Status.ShouldBe(0, answer.Message);
        return answer.Messages(ImportCasesResponse.Parser).Single();
    }

    public async Task<IReadOnlyList<Case>> ExportAsync(ExportCasesRequest request)
    {
        var answer = await SendAsync("ExportCases", request, []);
        answer.Status.ShouldBe(0, answer.Message);
        return [.. answer.Messages(Case.Parser)];
    }

    public Task<HttpResponseMessage> OpenAsync(string method, IMessage request) => _client.OpenAsync(
        $"/switchboard.cases.v1.CaseApi/{method}", new ByteArrayContent(RpcClient.Frame(request.ToBytes())), Keys);

    public void Dispose() => _client.Dispose();

    /// <summary>What it shows of itself in place of two keys, if it does.</summary>
    public (string, string)[]? Credentials { get; init; }

    private (string, string)[] Keys => Credentials ?? [("dd-api-key", apiKey ?? org.ApiKey), ("dd-application-key", org.ApplicationKey)];

    private Task<RpcAnswer> SendAsync(string method, IMessage request, (string, string)[] headers) =>
        _client.CallAsync(method.StartsWith('/') ? method : $"/switchboard.cases.v1.CaseApi/{method}", request, [.. Keys, .. headers]);
}
