using System.Buffers.Binary;

namespace Switchboard.Gateway.Speech.Listen.Journal;

/// <summary>The layout of a journal: a head that says which it is, then slots.</summary>
internal static class JournalFile
{
    /// <summary>The layout that this version writes and reads. Raised when a slot means something else.</summary>
    public const int Version = 1;

    private const int HeadSize = JournalSlot.Size;
    private const int VersionAt = 8;

    private static ReadOnlySpan<byte> Mark => "SBLIVE\r\n"u8;

    /// <summary>Where a slot lies.</summary>
    public static long At(int number) => HeadSize + ((long)number * JournalSlot.Size);

    /// <summary>
    /// Writes an empty journal, every byte of it: a disk that is full says so here, and not with a signal when a page is first used.
    /// </summary>
    public static void Lay(FileStream stream, int slots)
    {
        var head = new byte[HeadSize];
        Mark.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(VersionAt), Version);
        stream.Write(head);
        var empty = new byte[64 * 1024];
        for (var left = At(slots) - HeadSize; left > 0; left -= empty.Length)
        {
            stream.Write(empty.AsSpan(0, (int)Math.Min(left, empty.Length)));
        }

        stream.Flush();
    }

    /// <summary>What a journal says; null when another version wrote it. One that was not finished says nothing.</summary>
    public static IReadOnlyList<JournalSlot>? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeadSize || file[..HeadSize].IndexOfAnyExcept((byte)0) < 0)
        {
            return [];
        }

        if (!file.StartsWith(Mark) || BinaryPrimitives.ReadInt32LittleEndian(file[VersionAt..]) != Version)
        {
            return null;
        }

        List<JournalSlot> slots = [];
        for (var at = HeadSize; at + JournalSlot.Size <= file.Length; at += JournalSlot.Size)
        {
            if (JournalSlot.Read(file.Slice(at, JournalSlot.Size)) is { } slot)
            {
                slots.Add(slot);
            }
        }

        return slots;
    }
}
