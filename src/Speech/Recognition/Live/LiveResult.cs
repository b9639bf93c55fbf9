using System.Collections.Immutable;
using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Recognition.Live;

/// <summary>What was heard in a window of one channel, in samples at <see cref="Resampler.Rate"/>.</summary>
internal sealed record LiveResult(
    int Channel, long Start, long End, ImmutableArray<RecognizedWord> Words, bool IsFinal, bool SpeechFinal, bool FromFinalize = false);

/// <summary>Takes what a live stream yields, in order; where it waits, the stream waits.</summary>
internal interface ILiveSink
{
    ValueTask ResultAsync(LiveResult result, CancellationToken cancellation);

    ValueTask SpeechStartedAsync(int channel, double seconds, CancellationToken cancellation);

    ValueTask UtteranceEndAsync(int channel, double lastWordEnd, CancellationToken cancellation);
}

/// <summary>How a live stream is to be answered.</summary>
/// <param name="InterimResults">Whether hypotheses are passed on before they are final.</param>
/// <param name="Endpointing">Silence that ends an utterance, or null: only asking for it does.</param>
/// <param name="UtteranceEnd">Gap after the last final word that is reported, or null.</param>
/// <param name="VadEvents">Whether the beginning of speech is reported.</param>
internal sealed record LiveSettings(bool InterimResults, TimeSpan? Endpointing, TimeSpan? UtteranceEnd, bool VadEvents)
{
    /// <summary>Shorter pauses lie inside words.</summary>
    public static readonly TimeSpan ShortestHang = TimeSpan.FromMilliseconds(150);

    /// <summary>Where no pause ends an utterance, decoding still stops in silence; so does a file's.</summary>
    public static readonly TimeSpan NaturalHang = TimeSpan.FromMilliseconds(800);

    public TimeSpan Hang => Endpointing is not { } wanted ? NaturalHang : wanted < ShortestHang ? ShortestHang : wanted;
}
