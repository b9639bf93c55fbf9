using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics;
using Switchboard.Speech;

namespace Switchboard.Gateway.Speech.Listen.Journal;

/// <summary>
/// A session as a journal has it, and the layout of its 64 bytes: two never share a line of the processor's cache. What changes while the
/// session runs is one number of eight bytes at a border of eight, which no kill can tear; a slot counts once its check sum is there,
/// which is written last.
/// </summary>
/// <param name="OrgId">Whose it is.</param>
/// <param name="Id">The session.</param>
/// <param name="Epoch">The epoch of the process that had it.</param>
/// <param name="AcceptedBytes">Bytes accepted, counted from the session's beginning.</param>
/// <param name="AcceptedMilliseconds">Milliseconds accepted.</param>
internal readonly record struct JournalSlot(Guid OrgId, Guid Id, int Epoch, long AcceptedBytes, long AcceptedMilliseconds)
{
    /// <summary>Bytes of a slot.</summary>
    public const int Size = 64;

    private const int IdAt = 16;
    private const int EpochAt = 32;
    private const int FrameAt = 36;
    private const int RateAt = 40;
    private const int CheckAt = 44;
    private const int BytesAt = 48;
    private const int MillisecondsAt = 56;

    // Longer than the longest session that may be configured: nothing that a session can come to.
    private static readonly long MostMilliseconds = (long)TimeSpan.FromDays(31).TotalMilliseconds;

    /// <summary>Writes who a session is and what it has come to; it counts from then on.</summary>
    public static void Begin(MemoryMappedViewAccessor view, long at, SessionSnapshot session, AudioClock clock)
    {
        var identity = new byte[CheckAt];
        session.OrgId.TryWriteBytes(identity);
        session.Id.TryWriteBytes(identity.AsSpan(IdAt));
        BinaryPrimitives.WriteInt32LittleEndian(identity.AsSpan(EpochAt), session.Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(identity.AsSpan(FrameAt), clock.IsExact ? clock.FrameBytes : 0);
        BinaryPrimitives.WriteInt32LittleEndian(identity.AsSpan(RateAt), clock.IsExact ? clock.SampleRate : 0);
        End(view, at);
        view.WriteArray(at, identity, 0, identity.Length);
        Accept(view, at, session.AcceptedBytes);
        Hear(view, at, session.AcceptedMilliseconds);
        view.Write(at + CheckAt, CheckOf(identity));
    }

    /// <summary>Writes how many bytes were accepted.</summary>
    public static void Accept(MemoryMappedViewAccessor view, long at, long bytes) => view.Write(at + BytesAt, bytes);

    /// <summary>Writes how many milliseconds were accepted, of audio whose bytes do not tell.</summary>
    public static void Hear(MemoryMappedViewAccessor view, long at, long milliseconds) => view.Write(at + MillisecondsAt, milliseconds);

    /// <summary>The slot counts no more.</summary>
    public static void End(MemoryMappedViewAccessor view, long at) => view.Write(at + CheckAt, 0);

    /// <summary>The slot that lies in these bytes; null when none counts, or what is there is none.</summary>
    public static JournalSlot? Read(ReadOnlySpan<byte> bytes)
    {
        var check = BinaryPrimitives.ReadInt32LittleEndian(bytes[CheckAt..]);
        if (check == 0 || check != CheckOf(bytes[..CheckAt]))
        {
            return null;
        }

        var (frame, rate) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[FrameAt..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[RateAt..]));
        var accepted = BinaryPrimitives.ReadInt64LittleEndian(bytes[BytesAt..]);
        var milliseconds = frame > 0 && rate > 0
            ? AudioClock.MillisecondsAt(accepted, frame, rate)
            : BinaryPrimitives.ReadInt64LittleEndian(bytes[MillisecondsAt..]);
        return accepted < 0 || milliseconds < 0 || milliseconds > MostMilliseconds
            ? null
            : new JournalSlot(
                new Guid(bytes[..IdAt]),
                new Guid(bytes[IdAt..EpochAt]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[EpochAt..]),
                accepted,
                milliseconds);
    }

    /// <summary>The same as a report of the process that had the session.</summary>
    public SessionReport Report() => new(Epoch, AcceptedBytes, AcceptedMilliseconds, 0, 0, 0, null, Connected: false);

    private static int CheckOf(ReadOnlySpan<byte> identity)
    {
        var sum = uint.MaxValue;
        for (; !identity.IsEmpty; identity = identity[sizeof(uint)..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt32LittleEndian(identity));
        }

        return sum == 0 ? 1 : (int)sum;
    }
}
