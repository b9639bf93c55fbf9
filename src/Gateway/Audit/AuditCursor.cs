using System.Buffers.Binary;
using System.Buffers.Text;
using Switchboard.Grains.Audit;

namespace Switchboard.Gateway.Audit;

/// <summary>A place in a listing as an opaque text: the last entry's time and event.</summary>
internal static class AuditCursor
{
    private const int Length = sizeof(long) + 16;

    public static string Of(AuditEntry last)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, last.RecordedAt.UtcTicks);
        last.EventId.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string text, out AuditPlace place)
    {
        place = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(text, out var length) || length != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _))
        {
            return false;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            return false;
        }

        place = new AuditPlace(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[sizeof(long)..], bigEndian: true));
        return true;
    }
}
