using Microsoft.Extensions.Logging;

namespace Switchboard.Speech.Audio.Ffmpeg;

internal static partial class FfmpegLog
{
    [LoggerMessage(9000, LogLevel.Information, "Containers are decoded by {Path}, fenced in by {Fence}")]
    public static partial void Found(ILogger logger, string path, Fence fence);

    [LoggerMessage(9001, LogLevel.Warning, "No ffmpeg at '{Path}' (Ffmpeg:Path): only WAV, linear16, linear32, mulaw and alaw are read. Install the package ffmpeg to read the rest")]
    public static partial void Missing(ILogger logger, string path);

    [LoggerMessage(9002, LogLevel.Warning, "{Path} could not be started under /usr/bin/prlimit (package util-linux): only WAV, linear16, linear32, mulaw and alaw are read")]
    public static partial void Unusable(ILogger logger, string path);

    [LoggerMessage(9003, LogLevel.Information, "ffmpeg ended with code {Code} after {Samples} samples of {Container}: {Error}")]
    public static partial void Ended(ILogger logger, int code, long samples, AudioContainer container, string error);
}
