using Google.Protobuf.Reflection;
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
        ["Submit"] = "SubmitAlert",
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

        return new UnaryMethod(rpc, new OperationCall(operation, rpc.InputType, rpc.OutputType, frame).InvokeAsync);
    }
}
