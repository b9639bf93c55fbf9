using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.CaseApi;

/// <summary>A request for a stream that came as a message, with the way by which its messages go back.</summary>
internal sealed class WatchRequest(
    HttpContext http,
    ApiOperation operation,
    string id,
    RequestBinding binding,
    IMessage message,
    MessageDescriptor answerType,
    IStreamTransport transport,
    CancellationToken aborted)
    : RpcRequest(http, operation, id, binding, message, answerType, aborted), IStreamRequest
{
    public IStreamTransport Transport => transport;
}
