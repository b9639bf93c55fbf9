using Microsoft.Extensions.Logging;

namespace Switchboard.Speech.Recognition;

internal static partial class RecognitionLog
{
    [LoggerMessage(9020, LogLevel.Warning, "This build of PocketSphinx is laid out differently from Debian's 0.8+5prealpha: a decoder serves one session only, and a session's first words come a third of a second later")]
    public static partial void LayoutUnknown(ILogger logger);
}
