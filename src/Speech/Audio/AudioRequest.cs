using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Audio;

/// <summary>How the bytes of a stream are to be read.</summary>
public sealed record AudioRequest
{
    /// <summary>The form of headerless samples, or null: a container tells.</summary>
    public SampleFormat? Raw { get; init; }

    /// <summary>Whether every channel is kept; otherwise they are mixed.</summary>
    public bool Multichannel { get; init; }

    /// <summary>What is assumed when nothing was declared and nothing is recognised, or null: the audio is refused.</summary>
    public SampleFormat? Otherwise { get; init; }

    /// <summary>A codec whose headerless form is not read, as the client named it; in a container it may be.</summary>
    public string? Codec { get; init; }

    /// <summary>Whether the whole stream may be put aside before it is decoded, which some MP4 files need; not for live streams.</summary>
    public bool MaySpool { get; init; }

    /// <summary>The audio that a request describes.</summary>
    /// <exception cref="AudioRejectedException">The encoding, rate or number of channels is none that can be read.</exception>
    public static AudioRequest From(ListenParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var raw = RawFormat(parameters);
        return new AudioRequest { Multichannel = parameters.Multichannel, Raw = raw, Codec = raw is null ? parameters.Encoding : null };
    }

    private static SampleFormat? RawFormat(ListenParameters parameters)
    {
        SampleEncoding? encoding = parameters.Encoding switch
        {
            "linear16" => SampleEncoding.Signed16,
            "linear32" => SampleEncoding.Linear32,
            "mulaw" => SampleEncoding.MuLaw,
            "alaw" => SampleEncoding.ALaw,
            _ => null,
        };
        return encoding is { } raw
            ? AudioLimits.Check(new SampleFormat(raw, parameters.SampleRate ?? AudioEncodings.DefaultSampleRate(parameters.Encoding!), parameters.Channels))
            : null;
    }
}
