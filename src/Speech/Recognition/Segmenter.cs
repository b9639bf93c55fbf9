using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Recognition;

/// <summary>How a segment ended.</summary>
internal enum SegmentEnd
{
    /// <summary>It goes on, or there is none.</summary>
    None,

    /// <summary>By silence.</summary>
    Silence,

    /// <summary>By its length; the next begins where it ends.</summary>
    Length,
}

/// <summary>What a step of 20 ms changed.</summary>
/// <param name="Onset">Speech began.</param>
/// <param name="Began">A segment began; its audio so far is <see cref="Segmenter.CopyBeginning"/>.</param>
/// <param name="End">The segment ended with this step.</param>
internal readonly record struct SegmentStep(bool Onset, bool Began, SegmentEnd End);

/// <summary>
/// Cuts a channel's audio into utterances: from a little before speech begins until it has been silent for long enough, and never
/// longer than the cap, so that babble and music yield results too and the decoder's memory stays small. Segments never overlap. For
/// one channel and one thread.
/// </summary>
internal sealed class Segmenter(IVoiceActivity activity, TimeSpan cap) : IDisposable
{
    /// <summary>What is taken from before the moment at which speech was noticed: 300 ms.</summary>
    public const int PreRoll = Resampler.Rate * 3 / 10;

    private const int QuietStepsToCut = 3;

    private readonly long _cap = (long)(cap.TotalSeconds * Resampler.Rate);
    private readonly short[] _recent = new short[PreRoll];
    private long _floor;
    private bool _speech;
    private double _level;
    private int _quiet;

    /// <summary>Samples taken.</summary>
    public long Position { get; private set; }

    /// <summary>Where the present segment began.</summary>
    public long Start { get; private set; }

    public bool InSegment { get; private set; }

    public int OnsetDelay => activity.OnsetDelay;

    public SegmentStep Step(ReadOnlySpan<short> step)
    {
        Remember(step);
        Position += step.Length;
        var speech = activity.Accept(step);
        var onset = speech && !_speech;
        _speech = speech;
        if (!InSegment)
        {
            if (!speech)
            {
                return default;
            }

            InSegment = true;
            Start = Math.Max(_floor, Math.Max(0, Position - PreRoll));
            (_level, _quiet) = (0, 0);
            return new SegmentStep(onset, Began: true, SegmentEnd.None);
        }

        if (!speech)
        {
            Close();
            return new SegmentStep(false, false, SegmentEnd.Silence);
        }

        if (IsTimeToCut(step))
        {
            Close();
            return new SegmentStep(onset, false, SegmentEnd.Length);
        }

        return new SegmentStep(onset, false, SegmentEnd.None);
    }

    /// <summary>Ends the segment here: what follows is not part of it.</summary>
    public void Close()
    {
        InSegment = false;
        _floor = Position;
    }

    /// <summary>The segment's audio up to and including the step that began it.</summary>
    public int CopyBeginning(Span<short> to)
    {
        var length = (int)(Position - Start);
        for (var i = 0; i < length; i++)
        {
            to[i] = _recent[(int)((Start + i) % PreRoll)];
        }

        return length;
    }

    public void Dispose() => activity.Dispose();

    private void Remember(ReadOnlySpan<short> step)
    {
        for (var i = 0; i < step.Length; i++)
        {
            _recent[(int)((Position + i) % PreRoll)] = step[i];
        }
    }

    // From four fifths of the cap on any short gap will do, so that a word is seldom cut.
    private bool IsTimeToCut(ReadOnlySpan<short> step)
    {
        var length = Position - Start;
        var rms = Loudness.Rms(step);
        _level = _level == 0 ? rms : (0.98 * _level) + (0.02 * rms);
        _quiet = rms < 0.2 * _level ? _quiet + 1 : 0;
        return length >= _cap || (length >= _cap * 4 / 5 && _quiet >= QuietStepsToCut);
    }
}
