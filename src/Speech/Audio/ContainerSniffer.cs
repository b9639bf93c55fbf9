using System.Buffers.Binary;

namespace Switchboard.Speech.Audio;

/// <summary>
/// Tells a container from the first bytes. What a client declares (content type, <c>encoding</c>) is not asked: it is wrong too often
/// (speech API specification, sections 2.1 and 3.1).
/// </summary>
public static class ContainerSniffer
{
    /// <summary>With this many bytes the answer is as good as it gets.</summary>
    public const int BytesWanted = 12;

    /// <summary>The container that begins with <paramref name="first"/>; bytes that are not there count as not matching.</summary>
    public static AudioContainer Sniff(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("OggS"u8))
        {
            return AudioContainer.Ogg;
        }

        if (first.StartsWith("fLaC"u8))
        {
            return AudioContainer.Flac;
        }

        if (first.StartsWith("ID3"u8))
        {
            return AudioContainer.Mp3;
        }

        if (first.StartsWith("#!AMR"u8))
        {
            return AudioContainer.Amr;
        }

        if (first.StartsWith(".snd"u8))
        {
            return AudioContainer.Au;
        }

        if (first.StartsWith("caff"u8))
        {
            return AudioContainer.Caf;
        }

        if (first.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
        {
            return AudioContainer.WebM;
        }

        return first.Length >= BytesWanted ? SniffForm(first) : SniffFrame(first);
    }

    // A four-letter form type comes behind the length of the first chunk.
    private static AudioContainer SniffForm(ReadOnlySpan<byte> first)
    {
        var form = first[8..12];
        if ((first.StartsWith("RIFF"u8) || first.StartsWith("RF64"u8)) && form.SequenceEqual("WAVE"u8))
        {
            return AudioContainer.Wav;
        }

        if (first.StartsWith("FORM"u8) && (form.SequenceEqual("AIFF"u8) || form.SequenceEqual("AIFC"u8)))
        {
            return AudioContainer.Aiff;
        }

        return first[4..8].SequenceEqual("ftyp"u8) ? AudioContainer.Mp4 : SniffFrame(first);
    }

    // Eleven set bits begin an MPEG frame; its other fields have values that are reserved, and loud PCM has them often.
    private static AudioContainer SniffFrame(ReadOnlySpan<byte> first)
    {
        if (first.Length < 4 || first[0] != 0xFF)
        {
            return AudioContainer.None;
        }

        var header = BinaryPrimitives.ReadUInt32BigEndian(first);
        var layer = (header >> 17) & 3;
        if ((header & 0xFFF60000) == 0xFFF00000)
        {
            var adtsRate = (header >> 10) & 0xF;
            return adtsRate < 13 ? AudioContainer.Adts : AudioContainer.None;
        }

        var syncs = (header & 0xFFE00000) == 0xFFE00000;
        var version = (header >> 19) & 3;
        var bitRate = (header >> 12) & 0xF;
        var rate = (header >> 10) & 3;
        return syncs && version != 1 && layer != 0 && bitRate is not 0 and not 15 && rate != 3
            ? AudioContainer.Mp3
            : AudioContainer.None;
    }
}
