using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Grpc.Calls;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Imports;

namespace Switchboard.Gateway.CaseApi;

/// <summary>The service <c>switchboard.cases.v1.CaseApi</c>: its streams. What answers with one message is an operation as it stands.</summary>
internal sealed class CaseApiService(
    IServiceProvider provider, CaseStreamOperations streams, ICaseImporter importer, ProjectGate gate, GatewayFrame frame) : IRpcServices
{
    private readonly ApiPipeline _all = new(streams.AllCases, frame);
    private readonly ApiPipeline _one = new(streams.OneCase, frame);
    private readonly Lazy<CaseImport> _import = new(() => new CaseImport(
        OperationsOf(provider).Single(static one => one.Id == "CreateCase"), importer, gate, frame));
    private readonly Lazy<(ApiOperation Operation, ApiPipeline Pipeline, RequestBinding Binding)> _export = new(() =>
    {
        var operation = OperationsOf(provider).Single(static one => one.Id == "ExportCases");
        return (operation, new ApiPipeline(operation, frame), new RequestBinding(ExportCasesRequest.Descriptor, operation));
    });

    private readonly RequestBinding _allBinding = new(WatchCasesRequest.Descriptor, streams.AllCases);
    private readonly RequestBinding _oneBinding = new(WatchCaseRequest.Descriptor, streams.OneCase);

    public IEnumerable<RpcService> Services
    {
        get
        {
            var declaration = CaseApiReflection.Descriptor.Services[0];
            return [RpcService.Of(declaration, this, new OperationMethods(OperationsOf(provider), frame).Of(declaration))];
        }
    }

    /// <summary>Changes of cases that match a query.</summary>
    public Task WatchCases(WatchCasesRequest request, IServerStreamWriter<CaseWatchMessage> responses, ServerCallContext context) =>
        WatchAsync(_all, streams.AllCases, _allBinding, request, responses, context);

    /// <summary>Changes of one case.</summary>
    public Task WatchCase(WatchCaseRequest request, IServerStreamWriter<CaseWatchMessage> responses, ServerCallContext context) =>
        WatchAsync(_one, streams.OneCase, _oneBinding, request, responses, context);

    /// <summary>Opens many cases.</summary>
    public Task<ImportCasesResponse> ImportCases(IAsyncStreamReader<ImportCasesRequest> requests, ServerCallContext context) =>
        _import.Value.RunAsync(requests, context);

    /// <summary>All cases that match a query.</summary>
    public async Task ExportCases(ExportCasesRequest request, IServerStreamWriter<Case> responses, ServerCallContext context)
    {
        var (operation, pipeline, binding) = _export.Value;
        var http = context.GetHttpContext();
        var export = new ExportRequest(http, operation, RequestIds.Of(http.Request.Headers), binding, request, responses, context.CancellationToken);
        await pipeline.RunAsync(http, export);
        if (export.Refusal is { } refusal)
        {
            throw RpcRefusal.Of(refusal, export.Id);
        }
    }

    private static IEnumerable<ApiOperation> OperationsOf(IServiceProvider provider) =>
        provider.GetServices<IApiOperations>().SelectMany(static group => group.Operations);

    private static async Task WatchAsync(
        ApiPipeline pipeline, ApiOperation operation, RequestBinding binding, IMessage message, IServerStreamWriter<CaseWatchMessage> responses, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var id = RequestIds.Of(http.Request.Headers);
        var transport = new RpcWatchTransport(responses);
        var request = new WatchRequest(
            http, operation, id, binding, message, CaseWatchMessage.Descriptor, transport, context.CancellationToken);
        await pipeline.RunAsync(http, request);
        throw request.Refusal is { } refusal
            ? RpcRefusal.Of(refusal, id)
            : new RpcException(transport.End is { } end ? RpcWatchTransport.StatusOf(end) : Status.DefaultCancelled);
    }

    /// <summary>An export whose lines go back as messages.</summary>
    private sealed class ExportRequest(
        HttpContext http, ApiOperation operation, string id, RequestBinding binding, IMessage message, IServerStreamWriter<Case> responses, CancellationToken aborted)
        : RpcRequest(http, operation, id, binding, message, Case.Descriptor, aborted)
    {
        public override PipeWriter BeginStream(string fileName, string? mediaType = null) => new LineMessages(Case.Descriptor, (IEncodedWriter)responses, Aborted);
    }
}
