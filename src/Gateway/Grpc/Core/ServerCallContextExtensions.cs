using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.Grpc.Calls;

namespace Grpc.Core;

/// <summary>What Grpc.AspNetCore adds to a call's context.</summary>
internal static class ServerCallContextExtensions
{
    /// <summary>The connection.</summary>
    public static HttpContext GetHttpContext(this ServerCallContext context) => ((RpcCall)context).Http;
}
