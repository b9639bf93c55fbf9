using System.Buffers.Binary;

namespace Switchboard.Bench.Speech.Live;

/// <summary>What a <see cref="FrameReader"/> finds.</summary>
internal interface IFrameSink
{
    /// <summary>A piece of a binary message's payload, still masked: byte <c>i</c> is masked with byte <c>(maskAt + i) % 4</c> of the mask.</summary>
    void Audio(ReadOnlySpan<byte> piece, uint mask, int maskAt);

    /// <summary>A whole message of another kind, unmasked; only its beginning when it is long.</summary>
    void Message(int opcode, ReadOnlySpan<byte> payload);
}

/// <summary>Takes a WebSocket's byte stream apart (RFC 6455, section 5.2), whatever its reads' borders are. Nothing is allocated.</summary>
internal sealed class FrameReader(IFrameSink sink)
{
    public const int Text = 1;
    public const int Close = 8;
    public const int Ping = 9;

    private const int Binary = 2;

    private readonly byte[] _header = new byte[14];
    private readonly byte[] _message = new byte[2048];
    private int _headerLength;
    private int _messageLength;
    private int _opcode;
    private int _lastData;
    private long _payload;
    private long _read;
    private uint _mask;
    private bool _inPayload;

    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty || (_inPayload && _payload == 0))
        {
            if (!_inPayload)
            {
                _header[_headerLength++] = bytes[0];
                bytes = bytes[1..];
                ReadHeader();
                continue;
            }

            var piece = bytes[..(int)Math.Min(bytes.Length, _payload - _read)];
            if (_opcode == Binary)
            {
                sink.Audio(piece, _mask, (int)(_read & 3));
            }
            else
            {
                Keep(piece);
            }

            _read += piece.Length;
            bytes = bytes[piece.Length..];
            if (_read == _payload)
            {
                if (_opcode != Binary)
                {
                    sink.Message(_opcode, _message.AsSpan(0, _messageLength));
                }

                (_inPayload, _headerLength) = (false, 0);
            }
        }
    }

    private void ReadHeader()
    {
        if (_headerLength < 2)
        {
            return;
        }

        var (isMasked, length) = ((_header[1] & 0x80) != 0, _header[1] & 0x7F);
        var lengthBytes = length switch { 127 => 8, 126 => 2, _ => 0 };
        var needed = 2 + lengthBytes + (isMasked ? 4 : 0);
        if (_headerLength < needed)
        {
            return;
        }

        _payload = lengthBytes switch
        {
            8 => BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
            2 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            _ => length,
        };
        _mask = isMasked ? BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(needed - 4)) : 0;
        var opcode = _header[0] & 0x0F;
        _opcode = opcode == 0 ? _lastData : opcode;
        _lastData = opcode is Text or Binary ? opcode : _lastData;
        (_read, _messageLength, _inPayload) = (0, 0, true);
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        for (var index = 0; index < piece.Length && _messageLength < _message.Length; index++)
        {
            _message[_messageLength++] = (byte)(piece[index] ^ (byte)(_mask >> (8 * (int)((_read + index) & 3))));
        }
    }
}
