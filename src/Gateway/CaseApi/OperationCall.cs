using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Switchboard.Gateway.Grpc.Frames;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.CaseApi;

/// <summary>An operation that is called with messages.</summary>
internal sealed class OperationCall(ApiOperation operation, MessageDescriptor requestType, MessageDescriptor answerType, GatewayFrame frame)
{
    private readonly ApiPipeline _pipeline = new(operation, frame);
    private readonly RequestBinding _binding = new(requestType, operation);

    /// <summary>Takes a message the operation's way.</summary>
    /// <exception cref="RpcException">It was refused.</exception>
    public async Task<IMessage> InvokeAsync(IMessage message, ServerCallContext context) => await AnswerAsync(message, context);

    /// <summary>The same, with the answer as it travels.</summary>
    /// <exception cref="RpcException">It was refused.</exception>
    public async Task<EncodedMessage> AnswerAsync(IMessage message, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var id = RequestIds.Of(http.Request.Headers);
        var request = new RpcRequest(http, operation, id, _binding, message, answerType, context.CancellationToken);
        await _pipeline.RunAsync(http, request);
        return request.Answer ?? throw (request.Refusal is { } refusal
            ? RpcRefusal.Of(refusal, id)
            : new RpcException(Status.DefaultCancelled));
    }
}
