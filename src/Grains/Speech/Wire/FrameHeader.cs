using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Numerics;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>What a WebSocket frame carries: its opcode (RFC 6455, section 5.2).</summary>
public enum FrameKind
{
    /// <summary>More of the message before it.</summary>
    Continuation = 0,

    /// <summary>A text message, or its beginning.</summary>
    Text = 1,

    /// <summary>A binary message, or its beginning.</summary>
    Binary = 2,

    /// <summary>The end of the connection.</summary>
    Close = 8,

    /// <summary>A question for a sign of life.</summary>
    Ping = 9,

    /// <summary>The answer to it.</summary>
    Pong = 10,
}

/// <summary>The header of a WebSocket frame (RFC 6455, section 5.2), without extensions.</summary>
/// <param name="Kind">What the frame carries.</param>
/// <param name="IsLast">Whether the message ends with it.</param>
/// <param name="Mask">The key that its payload is masked with, or null.</param>
/// <param name="Length">Bytes of its payload.</param>
public readonly record struct FrameHeader(FrameKind Kind, bool IsLast, uint? Mask, long Length)
{
    /// <summary>The longest header.</summary>
    public const int MostBytes = 14;

    /// <summary>The longest payload of a frame that is no message's part.</summary>
    public const int MostControlBytes = 125;

    /// <summary>Whether the frame is no part of a message, and may stand between two parts of one.</summary>
    public bool IsControl => (int)Kind >= (int)FrameKind.Close;

    /// <summary>Reads a header; false while bytes of it are missing.</summary>
    /// <param name="bytes">What was received.</param>
    /// <param name="header">The header.</param>
    /// <param name="size">Its bytes.</param>
    /// <exception cref="WebSocketException">It is none that may be sent.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header, out int size)
    {
        (header, size) = (default, 0);
        if (bytes.Length < 2)
        {
            return false;
        }

        var (isMasked, length) = ((bytes[1] & 0x80) != 0, (long)(bytes[1] & 0x7F));
        var lengthBytes = length switch { 127 => 8, 126 => 2, _ => 0 };
        size = 2 + lengthBytes + (isMasked ? 4 : 0);
        if (bytes.Length < size)
        {
            return false;
        }

        length = lengthBytes switch
        {
            8 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            _ => length,
        };
        var kind = (FrameKind)(bytes[0] & 0x0F);
        var isLast = (bytes[0] & 0x80) != 0;
        header = new FrameHeader(kind, isLast, isMasked ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[(size - 4)..]) : null, length);
        var isKnown = kind is FrameKind.Continuation or FrameKind.Text or FrameKind.Binary or FrameKind.Close or FrameKind.Ping or FrameKind.Pong;
        var isAllowed = isKnown && (bytes[0] & 0x70) == 0 && length >= 0 && (!header.IsControl || (isLast && length <= MostControlBytes));
        return isAllowed
            ? true
            : throw new WebSocketException(
                WebSocketError.Faulted, $"A frame began with the bytes {bytes[0]:x2} {bytes[1]:x2}, which no frame without extensions does.");
    }

    /// <summary>Writes the header of a frame that is a whole message.</summary>
    /// <param name="into">At least <see cref="MostBytes"/>.</param>
    /// <param name="kind">What the frame carries.</param>
    /// <param name="length">Bytes of its payload.</param>
    /// <param name="mask">The key that its payload is masked with, or null.</param>
    /// <returns>The header's bytes.</returns>
    public static int Write(Span<byte> into, FrameKind kind, int length, uint? mask)
    {
        into[0] = (byte)(0x80 | (int)kind);
        var size = 2;
        switch (length)
        {
            case < 126:
                into[1] = (byte)length;
                break;
            case <= ushort.MaxValue:
                into[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(into[2..], (ushort)length);
                size = 4;
                break;
            default:
                into[1] = 127;
                BinaryPrimitives.WriteInt64BigEndian(into[2..], length);
                size = 10;
                break;
        }

        if (mask is { } key)
        {
            into[1] |= 0x80;
            BinaryPrimitives.WriteUInt32LittleEndian(into[size..], key);
            size += 4;
        }

        return size;
    }

    /// <summary>Copies bytes of a payload, masked or no longer masked. Both may be the same bytes.</summary>
    /// <param name="from">The bytes.</param>
    /// <param name="to">Room for as many.</param>
    /// <param name="mask">The key; 0 changes nothing.</param>
    /// <param name="at">Where in the payload they stand.</param>
    public static void Apply(ReadOnlySpan<byte> from, Span<byte> to, uint mask, long at)
    {
        var key = BitOperations.RotateRight(mask, 8 * (int)(at & 3));
        var index = 0;
        var keys = Vector.AsVectorByte(new Vector<uint>(BitConverter.IsLittleEndian ? key : BinaryPrimitives.ReverseEndianness(key)));
        for (; index <= from.Length - Vector<byte>.Count; index += Vector<byte>.Count)
        {
            (new Vector<byte>(from[index..]) ^ keys).CopyTo(to[index..]);
        }

        for (; index < from.Length; index++)
        {
            to[index] = (byte)(from[index] ^ (byte)(key >> (8 * (index & 3))));
        }
    }
}
