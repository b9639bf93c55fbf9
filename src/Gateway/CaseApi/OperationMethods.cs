using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.CaseApi;

/// <summary>
/// Makes the methods of rpcs that are operations of the REST API: a message takes the operation's own way through keys, limits,
/// permission, checks and idempotency to the same handler.
/// </summary>
internal sealed class OperationMethods(IEnumerable<ApiOperation> operations, GatewayFrame frame)
{
    /// <summary>Where the rpc has another name than the operation.</summary>
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.Ordinal)
    {
        ["AddCaseWatcher"] = "WatchCase",
        ["RemoveCaseWatcher"] = "UnwatchCase",
        ["ImportCases"] = "ImportRows",
        ["WatchCase"] = "StreamCase",
        ["WatchCases"] = "StreamCases",
    };

    private readonly Dictionary<string, ApiOperation> _operations = operations.ToDictionary(one => one.Id, StringComparer.Ordinal);

    /// <summary>The name of the operation that an rpc is.</summary>
    public static string OperationOf(string rpc) => OtherNames.GetValueOrDefault(rpc, rpc);

    /// <summary>The methods of all rpcs that answer with one message.</summary>
    /// <exception cref="InvalidOperationException">An rpc is no operation, or its message does not fit.</exception>
    public IEnumerable<RpcMethod> Of(ServiceDescriptor service) => service.Methods
        .Where(rpc => !rpc.IsServerStreaming && !rpc.IsClientStreaming)
        .Select(Of);

    private RpcMethod Of(MethodDescriptor rpc)
    {
        if (!_operations.TryGetValue(OperationOf(rpc.Name), out var operation))
        {
            throw new InvalidOperationException($"{rpc.FullName} is no operation of the API.");
        }

        var binding = new RequestBinding(rpc.InputType, operation);
        var pipeline = new ApiPipeline(operation, frame);
        return new UnaryMethod(rpc, (message, context) => InvokeAsync(pipeline, operation, binding, rpc.OutputType, message, context));
    }

    private static async Task<IMessage> InvokeAsync(
        ApiPipeline pipeline, ApiOperation operation, RequestBinding binding, MessageDescriptor answerType, IMessage message, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var id = RequestIds.Of(http.Request.Headers);
        var request = new RpcRequest(http, operation, id, binding, message, answerType, context.CancellationToken);
        await pipeline.RunAsync(http, request);
        return request.Answer ?? throw (request.Refusal is { } refusal
            ? RpcRefusal.Of(refusal, id)
            : new RpcException(global::Grpc.Core.Status.DefaultCancelled));
    }
}
