using Microsoft.Extensions.Logging;

namespace Switchboard.Gateway;

/// <summary>Every log line of the gateway. Keys and bodies are in none of them.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(
        4000, LogLevel.Warning, "Request {RequestId} ({Method}) was answered with 503: the database cannot be reached. {Reason}")]
    public static partial void StorageUnavailable(this ILogger logger, string requestId, string method, string reason);

    [LoggerMessage(4001, LogLevel.Warning, "Request {RequestId} ({Method}) was answered with 503: no answer in time.")]
    public static partial void NoAnswerInTime(this ILogger logger, string requestId, string method, Exception exception);

    [LoggerMessage(4002, LogLevel.Error, "Request {RequestId} ({Method}) was answered with 500.")]
    public static partial void Unexpected(this ILogger logger, string requestId, string method, Exception exception);
}
