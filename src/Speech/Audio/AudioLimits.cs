namespace Switchboard.Speech.Audio;

/// <summary>What a stream's description may say.</summary>
internal static class AudioLimits
{
    public const int MinimumSampleRate = 4_000;
    public const int MaximumSampleRate = 192_000;
    public const int MaximumChannels = 16;

    public static SampleFormat Check(SampleFormat format)
    {
        if (format.SampleRate is < MinimumSampleRate or > MaximumSampleRate)
        {
            throw new AudioRejectedException(
                $"a sample rate of {format.SampleRate} Hz is not read; {MinimumSampleRate} to {MaximumSampleRate} Hz are");
        }

        if (format.Channels is < 1 or > MaximumChannels)
        {
            throw new AudioRejectedException($"{format.Channels} channels are not read; 1 to {MaximumChannels} are");
        }

        return format;
    }
}
