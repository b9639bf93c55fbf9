namespace Switchboard.Grains.Speech.Wire;

/// <summary>What a packet of Opus says of itself (RFC 6716, section 3), without decoding it.</summary>
public static class OpusPacket
{
    /// <summary>Samples per second that lengths are counted in, whatever rate the encoder was given.</summary>
    public const int Rate = 48_000;

    /// <summary>The longest packet that can be: 48 frames of 2.5 ms and their lengths.</summary>
    public const int MostBytes = 1 + 1 + (MostFrames * (2 + MostFrameBytes));

    private const int MostFrames = 48;
    private const int MostFrameBytes = 1275;
    private const int MostSamples = Rate * 120 / 1000;

    /// <summary>How long a packet lasts.</summary>
    /// <param name="packet">The whole packet.</param>
    /// <param name="samples">Its length at <see cref="Rate"/>, 2.5 to 120 ms.</param>
    /// <returns>Whether it is one: its frames lie within it as requirements R1 to R7 of section 3.4 want.</returns>
    public static bool TryMeasure(ReadOnlySpan<byte> packet, out int samples)
    {
        samples = 0;
        if (packet.IsEmpty)
        {
            return false;
        }

        var body = packet[1..];
        var frames = (packet[0] & 3) switch
        {
            0 => body.Length <= MostFrameBytes ? 1 : 0,
            1 => body.Length % 2 == 0 && body.Length / 2 <= MostFrameBytes ? 2 : 0,
            2 => TryLength(ref body, out var first) && first <= body.Length && body.Length - first <= MostFrameBytes ? 2 : 0,
            _ => Counted(body),
        };
        samples = frames * FrameSamples(packet[0] >> 3);
        return samples is > 0 and <= MostSamples;
    }

    // SILK's frames last 10, 20, 40 and 60 ms, those of the hybrid mode 10 and 20, and CELT's 2.5, 5, 10 and 20.
    private static int FrameSamples(int configuration) => configuration switch
    {
        < 12 => (configuration & 3) == 3 ? Rate * 60 / 1000 : (Rate / 100) << (configuration & 3),
        < 16 => (Rate / 100) << (configuration & 1),
        _ => (Rate / 400) << (configuration & 3),
    };

    // Any number of frames: a byte with their number, whether their lengths are given and whether padding follows, then all of that.
    private static int Counted(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return 0;
        }

        var (frames, isPadded, isGiven) = (body[0] & 0x3F, (body[0] & 0x40) != 0, (body[0] & 0x80) != 0);
        body = body[1..];
        if (frames is 0 or > MostFrames || (isPadded && !TryUnpad(ref body)))
        {
            return 0;
        }

        if (!isGiven)
        {
            return body.Length % frames == 0 && body.Length / frames <= MostFrameBytes ? frames : 0;
        }

        var told = 0;
        for (var frame = 1; frame < frames; frame++)
        {
            if (!TryLength(ref body, out var length))
            {
                return 0;
            }

            told += length;
        }

        return told <= body.Length && body.Length - told <= MostFrameBytes ? frames : 0;
    }

    // 255 stands for 254 bytes of padding and another byte that goes on counting; the padding itself lies at the end.
    private static bool TryUnpad(ref ReadOnlySpan<byte> body)
    {
        var padding = 0;
        while (true)
        {
            if (body.IsEmpty)
            {
                return false;
            }

            var next = body[0];
            body = body[1..];
            padding += next == 255 ? 254 : next;
            if (next != 255)
            {
                break;
            }
        }

        if (padding > body.Length)
        {
            return false;
        }

        body = body[..^padding];
        return true;
    }

    private static bool TryLength(ref ReadOnlySpan<byte> body, out int length)
    {
        length = 0;
        if (body.IsEmpty)
        {
            return false;
        }

        var bytes = body[0] < 252 ? 1 : 2;
        if (body.Length < bytes)
        {
            return false;
        }

        length = bytes == 1 ? body[0] : (4 * body[1]) + body[0];
        body = body[bytes..];
        return true;
    }
}
