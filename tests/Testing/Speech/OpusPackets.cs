using System.Diagnostics;
using System.Globalization;

namespace Switchboard.Testing.Speech;

/// <summary>Speech as a client sends it that encodes to Opus itself: packets without a container.</summary>
public static class OpusPackets
{
    /// <summary>Encodes linear16 at 16 kHz with ffmpeg.</summary>
    /// <param name="linear16">The samples, interleaved.</param>
    /// <param name="channels">Their channels.</param>
    /// <param name="milliseconds">What each packet is to last: 20, 40 or 60.</param>
    public static IReadOnlyList<byte[]> Encode(byte[] linear16, int channels = 1, int milliseconds = 20)
    {
        string[] arguments =
        [
            "-v", "error", "-f", "s16le", "-ar", "16000", "-ac", Text(channels), "-i", "pipe:0",
            "-c:a", "libopus", "-b:a", "96k", "-frame_duration", Text(milliseconds), "-f", "ogg", "pipe:1",
        ];
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/ffmpeg", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.BaseStream.Write(linear16);
        process.StandardInput.Close();
        reading.Wait();
        process.WaitForExit();
        return process.ExitCode == 0 ? [.. FromOgg(output.ToArray()).Skip(2)] : throw new InvalidOperationException($"ffmpeg ended with {process.ExitCode}");
    }

    /// <summary>The packets of an Ogg stream, its two headers first (RFC 3533, section 6).</summary>
    public static IEnumerable<byte[]> FromOgg(byte[] ogg)
    {
        List<byte> packet = [];
        for (var at = 0; at < ogg.Length;)
        {
            if (!ogg.AsSpan(at).StartsWith("OggS"u8))
            {
                throw new InvalidDataException($"no page begins at {at}");
            }

            var lengths = ogg[(at + 27)..(at + 27 + ogg[at + 26])];
            at += 27 + lengths.Length;
            foreach (var length in lengths)
            {
                packet.AddRange(ogg[at..(at + length)]);
                at += length;
                if (length < 255)
                {
                    yield return [.. packet];
                    packet.Clear();
                }
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
