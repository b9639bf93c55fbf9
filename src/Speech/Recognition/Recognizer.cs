using Microsoft.Extensions.Logging;
using Switchboard.Speech.Recognition.Live;
using Switchboard.Speech.Recognition.Sphinx;

namespace Switchboard.Speech.Recognition;

/// <summary>The recogniser of a process: its decoders and the threads that decode. Safe for concurrent use.</summary>
internal sealed class Recognizer : IDisposable
{
    private readonly TimeSpan _cap;

    public Recognizer(RecognitionOptions options, ILogger<DecoderPool> logger)
    {
        _cap = options.LongestUtterance;
        Live = new DecoderPool(options.ModelFolder, DecoderKind.Live, options.LiveDecodersOrDefault, logger);
        Whole = new DecoderPool(options.ModelFolder, DecoderKind.Whole, options.FileDecodersOrDefault, logger);
        LiveThreads = new DecodeThreads(Environment.ProcessorCount, "decode live");

        // Threads of their own: a file's utterance takes a second, and nobody who speaks should wait for it.
        WholeThreads = new DecodeThreads(Math.Min(options.FileDecodersOrDefault, Environment.ProcessorCount), "decode files");
    }

    public DecoderPool Live { get; }

    public DecoderPool Whole { get; }

    public DecodeThreads LiveThreads { get; }

    public DecodeThreads WholeThreads { get; }

    /// <summary>Cuts a channel into utterances.</summary>
    public Segmenter Segment(TimeSpan hang) => new(new FrontEndVoiceActivity(hang), _cap);

    /// <summary>Recognises a channel of a live stream.</summary>
    public LiveChannel Channel(int index, LiveSettings settings, Guid owner, ILiveSink sink) => new(index, settings, owner, this, sink);

    public void Dispose()
    {
        LiveThreads.Dispose();
        WholeThreads.Dispose();
        Live.Dispose();
        Whole.Dispose();
    }
}
