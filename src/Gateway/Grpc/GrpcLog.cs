using Microsoft.Extensions.Logging;

namespace Switchboard.Gateway.Grpc;

/// <summary>Every log line of the gRPC server. Metadata and messages are in none of them.</summary>
internal static partial class GrpcLog
{
    [LoggerMessage(4500, LogLevel.Error, "A call of {Method} was answered with {Status}.")]
    public static partial void CallFailed(this ILogger logger, string method, string status, Exception exception);
}
