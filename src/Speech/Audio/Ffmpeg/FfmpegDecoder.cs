using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Switchboard.Speech.Audio.Ffmpeg;

/// <summary>Decodes containers with ffmpeg, one child per stream. Safe for concurrent use.</summary>
internal sealed class FfmpegDecoder
{
    private readonly FfmpegOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<FfmpegDecoder> _logger;

    private FfmpegDecoder(FfmpegOptions options, Fence fence, TimeProvider time, ILogger<FfmpegDecoder> logger)
    {
        (_options, Fence, _time, _logger) = (options, fence, time, logger);
    }

    /// <summary>The strictest fence that this system permits.</summary>
    public Fence Fence { get; }

    /// <summary>The decoder, or null with a log entry that says what is missing.</summary>
    public static async Task<FfmpegDecoder?> FindAsync(
        FfmpegOptions options, TimeProvider time, ILogger<FfmpegDecoder> logger, CancellationToken cancellation)
    {
        if (options.Path.Length == 0 || !File.Exists(options.Path))
        {
            FfmpegLog.Missing(logger, options.Path);
            return null;
        }

        foreach (var fence in Environment.IsPrivilegedProcess ? [Fence.Full, Fence.Nobody, Fence.Limits] : (Fence[])[Fence.Limits])
        {
            if (await StartsAsync(options, fence, time, cancellation))
            {
                FfmpegLog.Found(logger, options.Path, fence);
                return new FfmpegDecoder(options, fence, time, logger);
            }
        }

        FfmpegLog.Unusable(logger, options.Path);
        return null;
    }

    public FfmpegStream Open(AudioContainer container, AudioRequest request, ISampleSink sink) =>
        new(container, request, sink, _options, Fence, _time, _logger);

    private static async Task<bool> StartsAsync(FfmpegOptions options, Fence fence, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(FfmpegCommand.Build(options, fence, ["-nostdin", "-v", "quiet", "-version"]))!;
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            try
            {
                await Task.WhenAll(
                    process.StandardOutput.ReadToEndAsync(either.Token), process.StandardError.ReadToEndAsync(either.Token), process.WaitForExitAsync(either.Token));
                return process.ExitCode == 0;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                process.Kill();
                return false;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
