namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// The buffers of all sessions' audio. Each is taken when audio comes and given back when a final result covers it, a second or more
/// later and on another thread: the array pool of the runtime keeps too few for that, and each frame would cost new memory.
/// </summary>
internal static class AudioSegments
{
    /// <summary>Bytes of a buffer: two frames of 100 ms at 16 kHz and 16 bits.</summary>
    public const int Bytes = 8 * 1024;

    // What is kept for the next session once sessions have ended: 32 MiB.
    private const int MostSpare = 4096;

    private static readonly Lock Gate = new();
    private static readonly Stack<byte[]> Spare = new();

    public static byte[] Rent()
    {
        lock (Gate)
        {
            if (Spare.TryPop(out var bytes))
            {
                return bytes;
            }
        }

        // Where the collector does not move them: it would copy some forty kilobytes for each session.
        return GC.AllocateUninitializedArray<byte>(Bytes, pinned: true);
    }

    public static void Return(byte[] bytes)
    {
        lock (Gate)
        {
            if (Spare.Count < MostSpare)
            {
                Spare.Push(bytes);
            }
        }
    }
}
