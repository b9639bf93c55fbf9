using System.Buffers.Binary;
using Google.Protobuf;

namespace Switchboard.Gateway.CaseApi.Answers;

/// <summary>Protobuf's binary form as it is written; grows as needed. Used by one task at a time.</summary>
internal sealed class WireBuffer
{
    private const int LongestVarint = 10;

    private byte[] _bytes = new byte[4096];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>How much memory it holds.</summary>
    public int Capacity => _bytes.Length;

    public void Clear() => _length = 0;

    public void Tag(int field, WireFormat.WireType type) => Varint(WireFormat.MakeTag(field, type));

    public void Varint(ulong value)
    {
        Reserve(LongestVarint);
        while (value >= 0x80)
        {
            _bytes[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[_length++] = (byte)value;
    }

    public void Double(double value)
    {
        Reserve(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(double);
    }

    /// <summary>Text or bytes with their length before them.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        Varint((ulong)text.Length);
        Reserve(text.Length);
        text.CopyTo(_bytes.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>Begins something whose length goes before it and is not known yet.</summary>
    /// <returns>What <see cref="Close"/> wants.</returns>
    public int Open()
    {
        Reserve(1);
        return ++_length;
    }

    /// <summary>Ends what was begun there.</summary>
    public void Close(int start)
    {
        // One byte was left for the length; a longer one moves what was written.
        var (length, more) = (_length - start, 0);
        for (var rest = length >> 7; rest > 0; rest >>= 7)
        {
            more++;
        }

        if (more > 0)
        {
            Reserve(more);
            _bytes.AsSpan(start, length).CopyTo(_bytes.AsSpan(start + more));
        }

        _length = start - 1;
        Varint((ulong)length);
        _length += length;
    }

    private void Reserve(int more)
    {
        if (_bytes.Length - _length < more)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
        }
    }
}
