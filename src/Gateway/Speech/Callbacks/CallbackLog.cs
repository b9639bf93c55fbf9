using Microsoft.Extensions.Logging;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>The log lines of callbacks. Addresses are not in them: they may hold passwords.</summary>
internal static partial class CallbackLog
{
    [LoggerMessage(9440, LogLevel.Warning, "Due callbacks could not be claimed; the next look tries again.")]
    public static partial void CallbacksNotClaimed(this ILogger log, Exception error);

    [LoggerMessage(9441, LogLevel.Information, "The callback of request {RequestId} was taken over by another process.")]
    public static partial void CallbackTakenOver(this ILogger log, Guid requestId);

    [LoggerMessage(9442, LogLevel.Error, "An attempt at the callback of request {RequestId} failed; it is tried again.")]
    public static partial void CallbackFailed(this ILogger log, Guid requestId, Exception error);

    [LoggerMessage(9443, LogLevel.Warning, "The lease of the callback of request {RequestId} could not be renewed: {Reason}")]
    public static partial void CallbackNotRenewed(this ILogger log, Guid requestId, string reason);

    [LoggerMessage(9444, LogLevel.Warning, "The callback of request {RequestId} was given up after {Attempts} attempts, the last with status {Status}.")]
    public static partial void CallbackGivenUp(this ILogger log, Guid requestId, int attempts, int? status);

    [LoggerMessage(9445, LogLevel.Warning, "Old callbacks could not be swept; the next sweep tries again.")]
    public static partial void CallbacksNotSwept(this ILogger log, Exception error);

    [LoggerMessage(9446, LogLevel.Warning, "Session {SessionId} ends: its callback's receiver does not take its results. {Reason}")]
    public static partial void LiveCallbackLost(this ILogger log, Guid sessionId, string reason);

    [LoggerMessage(9447, LogLevel.Error, "The callback of session {SessionId} failed.")]
    public static partial void LiveCallbackFailed(this ILogger log, Guid sessionId, Exception error);
}
