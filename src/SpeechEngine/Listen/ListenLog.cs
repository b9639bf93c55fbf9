using System.Net.WebSockets;

namespace Switchboard.SpeechEngine.Listen;

internal static partial class ListenLog
{
    [LoggerMessage(9040, LogLevel.Error, "File {Id} could not be recognised")]
    public static partial void FileFailed(ILogger logger, Exception error, Guid id);

    [LoggerMessage(9041, LogLevel.Error, "Live session {Id} failed")]
    public static partial void SessionFailed(ILogger logger, Exception error, Guid id);

    [LoggerMessage(9042, LogLevel.Information, "Live session {Id} ended with {Code} '{Reason}' after {Seconds:0.0} s of audio")]
    public static partial void SessionEnded(ILogger logger, Guid id, WebSocketCloseStatus code, string reason, double seconds);
}
