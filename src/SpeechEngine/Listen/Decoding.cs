using Microsoft.Extensions.Options;
using Switchboard.Speech.Audio.Ffmpeg;
using Switchboard.Speech.Recognition;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>What decodes: made before the first request, so that a node without its model does not start.</summary>
internal sealed class Decoding(
    Recognizer recognizer, IOptions<FfmpegOptions> ffmpeg, TimeProvider time, ILogger<FfmpegDecoder> logger) : IHostedService
{
    public Recognizer Recognizer => recognizer;

    /// <summary>Null where there is none.</summary>
    public FfmpegDecoder? Ffmpeg { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await recognizer.Live.WarmAsync(cancellationToken);
        Ffmpeg = await FfmpegDecoder.FindAsync(ffmpeg.Value, time, logger, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
