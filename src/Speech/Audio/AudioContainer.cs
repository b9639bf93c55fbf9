namespace Switchboard.Speech.Audio;

/// <summary>What wraps a stream of audio, as its first bytes say.</summary>
public enum AudioContainer
{
    /// <summary>Nothing that is known: headerless samples, or no audio at all.</summary>
    None,

    /// <summary>RIFF/WAVE or RF64; read here.</summary>
    Wav,

    /// <summary>Ogg with Opus, Vorbis, Speex or FLAC inside.</summary>
    Ogg,

    /// <summary>WebM or Matroska.</summary>
    WebM,

    /// <summary>Native FLAC.</summary>
    Flac,

    /// <summary>MPEG audio layer 1 to 3, with or without an ID3 tag.</summary>
    Mp3,

    /// <summary>AAC in ADTS frames.</summary>
    Adts,

    /// <summary>ISO media: MP4, M4A, MOV, 3GP.</summary>
    Mp4,

    /// <summary>AMR, narrow or wide band.</summary>
    Amr,

    /// <summary>Apple's AIFF or AIFC.</summary>
    Aiff,

    /// <summary>Sun's <c>.au</c>.</summary>
    Au,

    /// <summary>Apple's Core Audio Format.</summary>
    Caf,
}
