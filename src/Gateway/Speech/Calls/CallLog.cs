using Microsoft.Extensions.Logging;

namespace Switchboard.Gateway.Speech.Calls;

/// <summary>The log lines of calls. What was said is not in them.</summary>
internal static partial class CallLog
{
    [LoggerMessage(9610, LogLevel.Warning, "Call {Call}: its lines cannot be written now and wait. {Reason}")]
    public static partial void CallWaits(this ILogger log, Guid call, string reason);

    [LoggerMessage(9611, LogLevel.Warning, "Call {Call}: its case takes no more lines from here. {Reason}")]
    public static partial void CallRefused(this ILogger log, Guid call, string reason);

    [LoggerMessage(9612, LogLevel.Error, "Call {Call}: its lines cannot be written, and those that follow are left out.")]
    public static partial void CallFailed(this ILogger log, Guid call, Exception error);

    [LoggerMessage(9613, LogLevel.Error, "Call {Call}: {Count} lines wait to be written, which is all that there is room for; those that follow are left out.")]
    public static partial void CallOverflowed(this ILogger log, Guid call, int count);

    [LoggerMessage(9614, LogLevel.Warning, "Call {Call} is over, but not all of it is written yet.")]
    public static partial void CallIsLate(this ILogger log, Guid call);

    [LoggerMessage(9615, LogLevel.Warning, "Call {Call} is over, but its record could not be made; the sweep does it.")]
    public static partial void CallNotEnded(this ILogger log, Guid call, Exception error);

    [LoggerMessage(9616, LogLevel.Warning, "Session {Session} goes on without its call {Call}. {Reason}")]
    public static partial void CallNotResumed(this ILogger log, Guid session, Guid call, string reason);
}
