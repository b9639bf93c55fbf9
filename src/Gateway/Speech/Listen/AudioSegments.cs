namespace Switchboard.Gateway.Speech.Listen;

/// <summary>A buffer of a stream's audio, in a chain of them.</summary>
internal sealed class AudioSegment(int size)
{
    // Where the collector does not move them: it would copy some twenty kilobytes for each session.
    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(size, pinned: true);

    /// <summary>Position of the first byte, counted from the session's beginning.</summary>
    public long Start { get; set; }

    /// <summary>Bytes that are there.</summary>
    public int Length { get; set; }

    public long End => Start + Length;

    public int Room => Bytes.Length - Length;

    public AudioSegment? Next { get; set; }
}

/// <summary>
/// The buffers of all sessions' audio. Each is taken when audio comes and given back when a final result covers it, a second or more
/// later and on another thread: the array pool of the runtime keeps too few for that, and each frame would cost new memory.
/// </summary>
internal static class AudioSegments
{
    /// <summary>The largest buffer, in bytes.</summary>
    public const int Most = 16 * 1024;

    // A buffer holds one frame, or as many as fit into some two kilobytes: what a session keeps is mostly whole buffers of whole frames,
    // and what a final result covers in part is little.
    private const int Least = 2 * 1024;
    private const int Step = 128;

    // What is kept for the next session once sessions have ended: 32 MiB.
    private const long MostSpare = 32 * 1024 * 1024;

    private static readonly Lock Gate = new();
    private static readonly Stack<AudioSegment>[] Spare = [.. Enumerable.Range(0, (Most / Step) + 1).Select(static _ => new Stack<AudioSegment>())];
    private static long _spare;

    /// <summary>A buffer for frames of a size, which begins at a position.</summary>
    public static AudioSegment Rent(int frame, long start)
    {
        var whole = frame <= 0 ? 2 * Least : Math.Min(Most, frame * Math.Max(1, (Least + frame - 1) / frame));
        var size = (whole + Step - 1) / Step * Step;
        AudioSegment? segment;
        lock (Gate)
        {
            if (Spare[size / Step].TryPop(out segment))
            {
                _spare -= size;
            }
        }

        segment ??= new AudioSegment(size);
        segment.Start = start;
        return segment;
    }

    /// <summary>Gives a buffer back. Nothing is held on to: an old chain would keep all that came later alive.</summary>
    public static void Return(AudioSegment segment)
    {
        (segment.Length, segment.Next) = (0, null);
        lock (Gate)
        {
            if (_spare < MostSpare)
            {
                _spare += segment.Bytes.Length;
                Spare[segment.Bytes.Length / Step].Push(segment);
            }
        }
    }
}
