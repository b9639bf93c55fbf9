using Microsoft.Extensions.Logging;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>The log lines of the speech wire. Neither keys nor words are in them.</summary>
internal static partial class ListenLog
{
    [LoggerMessage(9400, LogLevel.Warning, "Session {Session}: engine node {Node} failed at {Seconds} s: {Reason}. Another one goes on.")]
    public static partial void EngineFailed(this ILogger log, Guid session, string node, double seconds, string reason);

    [LoggerMessage(9401, LogLevel.Error, "Session {Session} ends: no engine can go on. {Reason}")]
    public static partial void NoEngine(this ILogger log, Guid session, string reason);

    [LoggerMessage(9402, LogLevel.Error, "Session {Session} failed.")]
    public static partial void SessionFailed(this ILogger log, Guid session, Exception error);

    [LoggerMessage(9403, LogLevel.Warning, "Session {Session}: its amounts could not be written and will be again. {Reason}")]
    public static partial void ReportFailed(this ILogger log, Guid session, string reason);

    [LoggerMessage(9404, LogLevel.Information, "Session {Session} ended with {Code} after {Seconds} s of audio.")]
    public static partial void SessionEnded(this ILogger log, Guid session, int code, double seconds);

    [LoggerMessage(9405, LogLevel.Error, "Request {RequestId} to the speech API was answered with 500.")]
    public static partial void RequestFailed(this ILogger log, Guid requestId, Exception error);

    [LoggerMessage(9407, LogLevel.Information, "Session {Session} had accepted {Seconds} s of audio by a journal that was left behind: {Outcome}.")]
    public static partial void Recovered(this ILogger log, Guid session, double seconds, string outcome);

    [LoggerMessage(9408, LogLevel.Information,
        "There is no journal of live sessions: what one accepted in the last seconds before this process is killed will not be metered. Set "
        + "Speech:Listen:JournalFolder to a folder of this machine.")]
    public static partial void NoJournal(this ILogger log);

    [LoggerMessage(9409, LogLevel.Error, "Journals of live sessions in {Path} cannot be read: what they have is not metered. {Reason}")]
    public static partial void JournalUnreadable(this ILogger log, string path, string reason);

    [LoggerMessage(9410, LogLevel.Warning, "{Path} is a journal of another version. It is left to one that knows it; what it has is not metered.")]
    public static partial void JournalForeign(this ILogger log, string path);

    [LoggerMessage(9406, LogLevel.Information, "{Count} live sessions are asked to connect elsewhere: this process stops.")]
    public static partial void Draining(this ILogger log, int count);
}
