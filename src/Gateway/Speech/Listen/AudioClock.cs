using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// Tells time from bytes, exactly, where every sample has as many of them; elsewhere only the engine knows how long the audio is.
/// </summary>
internal readonly struct AudioClock(ListenParameters parameters)
{
    private readonly int _frame = AudioEncodings.BytesPerSample(parameters.Encoding) * parameters.Channels;
    private readonly int _rate = parameters.SampleRate ?? 0;

    /// <summary>Whether time can be told from bytes.</summary>
    public bool IsExact => _frame > 0 && _rate > 0;

    /// <summary>Bytes of one sample of all channels.</summary>
    public int FrameBytes => _frame;

    /// <summary>Samples of a channel in a second.</summary>
    public int SampleRate => _rate;

    /// <summary>Seconds of the stream at a position.</summary>
    public double SecondsAt(long position) => position / _frame / (double)_rate;

    /// <summary>Whole milliseconds of the stream at a position.</summary>
    public long MillisecondsAt(long position) => MillisecondsAt(position, _frame, _rate);

    /// <summary>The same for samples of so many bytes of which so many make a second.</summary>
    public static long MillisecondsAt(long position, int frame, int rate) => position / frame * 1000 / rate;

    /// <summary>The position of a time, at the border of two samples.</summary>
    public long PositionOf(double seconds) => (long)Math.Round(seconds * _rate) * _frame;
}
