namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// The buffers of all sessions' audio. Each is taken when audio comes and given back when a final result covers it, a second or more
/// later and on another thread: the array pool of the runtime keeps too few for that, and each frame would cost new memory.
/// </summary>
internal static class AudioSegments
{
    // A buffer holds as many frames as fit into some four kilobytes, or one: what a session keeps is mostly whole buffers of whole frames.
    private const int Least = 4 * 1024;
    private const int Most = 16 * 1024;
    private const int Step = 256;

    // What is kept for the next session once sessions have ended: 32 MiB.
    private const long MostSpare = 32 * 1024 * 1024;

    private static readonly Lock Gate = new();
    private static readonly Stack<byte[]>[] Spare = [.. Enumerable.Range(0, (Most / Step) + 1).Select(static _ => new Stack<byte[]>())];
    private static long _spare;

    /// <summary>A buffer for frames of a size.</summary>
    public static byte[] Rent(int frame)
    {
        var whole = frame <= 0 ? Least : Math.Min(Most, frame * Math.Max(1, (Least + frame - 1) / frame));
        var size = (whole + Step - 1) / Step * Step;
        lock (Gate)
        {
            if (Spare[size / Step].TryPop(out var bytes))
            {
                _spare -= size;
                return bytes;
            }
        }

        // Where the collector does not move them: it would copy some twenty kilobytes for each session.
        return GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    /// <summary>Gives a buffer back.</summary>
    public static void Return(byte[] bytes)
    {
        lock (Gate)
        {
            if (_spare < MostSpare)
            {
                _spare += bytes.Length;
                Spare[bytes.Length / Step].Push(bytes);
            }
        }
    }
}
