using System.Collections.Frozen;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>Names of audio encodings, of Deepgram and of Aldea.</summary>
public static class AudioEncodings
{
    /// <summary>16-bit signed little-endian samples.</summary>
    public const string Linear16 = "linear16";

    private const int WideBand = 16_000;
    private const int Telephone = 8_000;

    private static readonly FrozenDictionary<string, string> RawNames = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["linear16"] = Linear16,
        ["pcm"] = Linear16,
        ["linear32"] = "linear32",
        ["mulaw"] = "mulaw",
        ["alaw"] = "alaw",
        ["opus"] = "opus",
        ["speex"] = "speex",
        ["amr-nb"] = "amr-nb",
        ["amr-wb"] = "amr-wb",
        ["g729"] = "g729",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Containers =
        FrozenSet.Create(StringComparer.Ordinal, "flac", "mp3", "aac", "wav", "ogg", "ogg-opus", "webm", "m4a", "mp4");

    /// <summary>All names that are understood, for messages.</summary>
    public static string Names { get; } = string.Join(", ", RawNames.Keys.Concat(Containers).Order(StringComparer.Ordinal));

    /// <summary>The encoding of headerless audio behind a name in lower case, or null when it is none.</summary>
    public static string? Raw(string name) => RawNames.GetValueOrDefault(name);

    /// <summary>Whether a name in lower case is that of a format whose first bytes tell what it holds.</summary>
    public static bool IsContainer(string name) => Containers.Contains(name);

    /// <summary>Samples per second where the client names none: Aldea's 16 kHz, and what telephone codecs always have.</summary>
    public static int DefaultSampleRate(string encoding) => encoding switch
    {
        "mulaw" or "alaw" or "amr-nb" or "g729" or "speex" => Telephone,
        "opus" => 48_000,
        _ => WideBand,
    };

    /// <summary>
    /// Bytes of a sample of one channel where every sample has as many (raw PCM and G.711), else 0: time cannot be told from bytes.
    /// </summary>
    public static int BytesPerSample(string? encoding) => encoding switch
    {
        "linear16" => 2,
        "linear32" => 4,
        "mulaw" or "alaw" => 1,
        _ => 0,
    };
}
