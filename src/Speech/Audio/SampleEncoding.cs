namespace Switchboard.Speech.Audio;

/// <summary>How one sample is written; all little-endian.</summary>
public enum SampleEncoding
{
    /// <summary>8 bits, unsigned (WAV).</summary>
    Unsigned8,

    /// <summary>16 bits, signed.</summary>
    Signed16,

    /// <summary>24 bits, signed.</summary>
    Signed24,

    /// <summary>32 bits, signed.</summary>
    Signed32,

    /// <summary>32 bits, IEEE 754, -1 to 1.</summary>
    Float32,

    /// <summary>64 bits, IEEE 754, -1 to 1.</summary>
    Float64,

    /// <summary>ITU-T G.711 mu-law.</summary>
    MuLaw,

    /// <summary>ITU-T G.711 A-law.</summary>
    ALaw,

    /// <summary>32 bits of either kind: the samples tell. Clients mean both by <c>linear32</c>.</summary>
    Linear32,
}
