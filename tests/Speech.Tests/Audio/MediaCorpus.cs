using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Switchboard.Speech.Tests.Audio;

/// <summary>
/// Files of every kind that is read, spoilt in the ways that break decoders: cut off, bits turned over, sizes that promise gigabytes, parts of
/// one kind inside another, lists that name other files and addresses.
/// </summary>
internal sealed class MediaCorpus
{
    private static readonly (string Name, string[] Arguments)[] _kinds =
    [
        ("wav", ["-f", "wav"]),
        ("wav-float", ["-c:a", "pcm_f32le", "-ac", "2", "-f", "wav"]),
        ("wav-mulaw", ["-c:a", "pcm_mulaw", "-ar", "8000", "-f", "wav"]),
        ("flac", ["-f", "flac"]),
        ("ogg-opus", ["-c:a", "libopus", "-f", "ogg"]),
        ("ogg-vorbis", ["-c:a", "libvorbis", "-f", "ogg"]),
        ("mp3", ["-c:a", "libmp3lame", "-f", "mp3"]),
        ("webm", ["-c:a", "libopus", "-f", "webm"]),
        ("matroska", ["-c:a", "pcm_s16le", "-f", "matroska"]),
        ("adts", ["-c:a", "aac", "-f", "adts"]),
        ("mp4", ["-c:a", "aac", "-f", "mp4"]),
        ("mp4-fast", ["-c:a", "aac", "-movflags", "+faststart", "-f", "mp4"]),
        ("mp4-pieces", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"]),
        ("aiff", ["-f", "aiff"]),
        ("au", ["-f", "au"]),
        ("caf", ["-f", "caf"]),
    ];

    private readonly byte[][] _sound;
    private readonly byte[][] _lists;

    private MediaCorpus(byte[][] sound, byte[][] lists) => (_sound, _lists) = (sound, lists);

    /// <summary>Unspoilt files.</summary>
    public IReadOnlyList<byte[]> Sound => _sound;

    /// <summary>Lists that name a file and an address of this machine, in every format that ffmpeg follows, bare and behind magic words.</summary>
    public IReadOnlyList<byte[]> Lists => _lists;

    /// <summary>Encodes half a second of a tone in every kind.</summary>
    /// <param name="bait">A file that no list may make anybody read.</param>
    /// <param name="address">An address that no list may make anybody call.</param>
    public static MediaCorpus Make(string bait, Uri address)
    {
        var folder = Directory.CreateTempSubdirectory("switchboard-media-");
        try
        {
            List<string> arguments = ["-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=0.5:sample_rate=16000"];
            foreach (var (name, kind) in _kinds)
            {
                arguments.AddRange([.. kind, Path.Combine(folder.FullName, name)]);
            }

            using var process = Process.Start("/usr/bin/ffmpeg", arguments);
            process.WaitForExit();
            process.ExitCode.ShouldBe(0);
            return new MediaCorpus(
                [.. _kinds.Select(kind => File.ReadAllBytes(Path.Combine(folder.FullName, kind.Name)))], [.. ListsOf(bait, address).Select(Encoding.ASCII.GetBytes)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A spoilt file.</summary>
    public byte[] Next(Random random)
    {
        if (random.Next(20) == 0)
        {
            return _lists[random.Next(_lists.Length)];
        }

        byte[] file = [.. _sound[random.Next(_sound.Length)]];
        for (var change = 1 + random.Next(3); change > 0; change--)
        {
            file = Change(file, random);
        }

        return file;
    }

    private byte[] Change(byte[] file, Random random)
    {
        if (file.Length < 16)
        {
            return file;
        }

        // Most of what decides lies in front.
        var at = random.Next(random.Next(2) == 0 ? Math.Min(file.Length, 128) : file.Length);
        switch (random.Next(7))
        {
            case 0:
                return file[..at];
            case 1:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 2:
                random.NextBytes(file.AsSpan(at, Math.Min(file.Length - at, 1 + random.Next(64))));
                return file;
            case 3 when at + 4 <= file.Length:
                uint[] sizes = [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 0x10000000];
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), sizes[random.Next(sizes.Length)]);
                return file;
            case 4:
                var other = _sound[random.Next(_sound.Length)];
                return [.. file[..at], .. other[random.Next(other.Length)..]];
            case 5:
                return [.. file[..at], .. _lists[random.Next(_lists.Length)], .. file[at..]];
            default:
                return [.. file, .. file[at..]];
        }
    }

    private static IEnumerable<string> ListsOf(string bait, Uri address)
    {
        string[] targets = [bait, "file://" + bait, "concat:" + bait, "subfile,,start,0,end,1000,,:" + bait, $"{address}x.wav", $"tcp://{address.Authority}"];
        foreach (var target in targets)
        {
            string[] lists =
            [
                $"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n",
                $"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MAP:URI=\"{target}\"\n#EXTINF:5,\n{target}\n",
                $"ffconcat version 1.0\nfile '{target}'\n",
                $"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {address.Port} RTP/AVP 0\na=control:{target}\n",
                $"[playlist]\nFile1={target}\nNumberOfEntries=1\n",
                $"<?xml version=\"1.0\"?><MPD type=\"static\"><Period><AdaptationSet mimeType=\"audio/wav\"><Representation id=\"1\"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>",
            ];
            foreach (var list in lists)
            {
                yield return list;
            }
        }

        foreach (var magic in (string[])["OggS", "fLaC", "ID3\u0003", "RIFF\u0000\u0000\u0001\u0000WAVE", "\u0000\u0000\u0000 ftypM4A ", "caff", ".snd", "#!AMR\n"])
        {
            yield return $"{magic}\n#EXTM3U\n#EXTINF:5,\nfile://{bait}\n#EXT-X-ENDLIST\n";
        }
    }
}
