using System.Collections.Immutable;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Sphinx;

namespace Switchboard.Speech.Recognition;

/// <summary>A word as it was heard: lower case, seconds from the stream's beginning, 0 to 1.</summary>
internal readonly record struct RecognizedWord(string Text, double Start, double End, double Confidence)
{
    /// <summary>The words of an utterance that began at a sample of the stream.</summary>
    public static ImmutableArray<RecognizedWord> From(ImmutableArray<DecodedWord> words, long utteranceStart) =>
    [
        .. words.Select(word => new RecognizedWord(
            word.Text,
            Seconds(utteranceStart + (word.Start * SphinxDecoder.FrameSamples)),
            Seconds(utteranceStart + (word.End * SphinxDecoder.FrameSamples)),
            word.Confidence)),
    ];

    private static double Seconds(long sample) => Math.Round((double)sample / Resampler.Rate, 3);
}
