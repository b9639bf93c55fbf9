using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Bench.Grpc;

/// <summary>
/// As little of HTTP/2 as a load needs: requests as bytes made beforehand, answers told apart by their stream and counted at their end.
/// What a client costs takes little from what the server is measured by. Used by one task.
/// </summary>
internal sealed class Http2Connection : IDisposable
{
    private const int FrameHeader = 9;
    private const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8;
    private const byte EndStream = 1, Acknowledged = 1, EndHeaders = 4;
    private const int Window = 0x3FFF_FFFF;

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[256 * 1024];
    private readonly MemoryStream _toSend = new();
    private int _start;
    private int _end;
    private int _nextStream = 1;
    private long _unacknowledged;

    private Http2Connection(Socket socket) => _socket = socket;

    /// <summary>Called with a stream's id and the bytes of its body as they come.</summary>
    public Action<int, ReadOnlySpan<byte>>? OnData { get; set; }

    /// <summary>Called with a stream's id at its end.</summary>
    public Action<int>? OnEnd { get; set; }

    public static async Task<Http2Connection> OpenAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        var connection = new Http2Connection(socket);
        connection._toSend.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);

        // No dynamic table for the server's headers, which are not read; windows as large as they can be.
        var settings = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(settings, 1);
        BinaryPrimitives.WriteUInt16BigEndian(settings.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32BigEndian(settings.AsSpan(8), Window);
        connection.Frame(Settings, 0, 0, settings);
        connection.Widen(Window);
        await connection.FlushAsync(cancellationToken);
        return connection;
    }

    /// <summary>The header block of a POST, nothing of it indexed by position in time.</summary>
    public static byte[] HeadersOf(IPEndPoint server, string path, params (string Name, string Value)[] more)
    {
        using var block = new MemoryStream();
        block.WriteByte(0x83); // :method POST
        block.WriteByte(0x86); // :scheme http
        block.WriteByte(0x04); // :path, literal
        Write(path);
        block.WriteByte(0x01); // :authority, literal
        Write(server.ToString());
        foreach (var (name, value) in more)
        {
            block.WriteByte(0x00);
            Write(name);
            Write(value);
        }

        return block.ToArray();

        void Write(string text)
        {
            block.WriteByte(checked((byte)(text.Length < 127 ? text.Length : throw new ArgumentException("Too long for this client.", nameof(text)))));
            block.Write(Encoding.ASCII.GetBytes(text));
        }
    }

    /// <summary>A message of gRPC as it travels.</summary>
    public static byte[] MessageOf(ReadOnlySpan<byte> bytes)
    {
        var message = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), bytes.Length);
        bytes.CopyTo(message.AsSpan(5));
        return message;
    }

    /// <summary>Adds a request to what the next flush sends; returns its stream.</summary>
    public int Send(byte[] headers, byte[] body)
    {
        var stream = _nextStream;
        _nextStream += 2;
        Frame(Headers, EndHeaders, stream, headers);
        Frame(Data, EndStream, stream, body);
        return stream;
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_toSend.Length > 0)
        {
            await _socket.SendAsync(_toSend.GetBuffer().AsMemory(0, (int)_toSend.Length), cancellationToken);
            _toSend.SetLength(0);
        }
    }

    /// <summary>Waits for bytes and takes every whole frame from them.</summary>
    /// <exception cref="InvalidOperationException">The server ended the connection or a stream in a way that no load should see.</exception>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }

        var read = await _socket.ReceiveAsync(_received.AsMemory(_end), cancellationToken);
        _end += read > 0 ? read : throw new InvalidOperationException("The server closed the connection.");
        while (_end - _start >= FrameHeader)
        {
            var length = (_received[_start] << 16) | (_received[_start + 1] << 8) | _received[_start + 2];
            if (_end - _start - FrameHeader < length)
            {
                break;
            }

            Take(
                _received[_start + 3],
                _received[_start + 4],
                BinaryPrimitives.ReadInt32BigEndian(_received.AsSpan(_start + 5)) & int.MaxValue,
                _received.AsSpan(_start + FrameHeader, length));
            _start += FrameHeader + length;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Take(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case Data:
                OnData?.Invoke(stream, payload);
                Consumed(payload.Length);
                break;
            case Settings when (flags & Acknowledged) == 0:
                Frame(Settings, Acknowledged, 0, []);
                break;
            case Ping when (flags & Acknowledged) == 0:
                Frame(Ping, Acknowledged, 0, payload);
                break;
            case Reset when !payload.ContainsAnyExcept((byte)0):
                break; // no error: the whole answer came, and the server needs no more of the request (RFC 9113, section 8.1)
            case Reset or GoAway:
                throw new InvalidOperationException($"The server sent frame {type} for stream {stream}: {Convert.ToHexString(payload)}.");
        }

        if (type is Data or Headers && (flags & EndStream) != 0)
        {
            OnEnd?.Invoke(stream);
        }
    }

    private void Consumed(int length)
    {
        if ((_unacknowledged += length) > Window / 2)
        {
            Widen((int)_unacknowledged);
            _unacknowledged = 0;
        }
    }

    private void Widen(int by)
    {
        Span<byte> increment = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(increment, by);
        Frame(WindowUpdate, 0, 0, increment);
    }

    private void Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        header[0] = (byte)(payload.Length >> 16);
        header[1] = (byte)(payload.Length >> 8);
        header[2] = (byte)payload.Length;
        header[3] = type;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        _toSend.Write(header);
        _toSend.Write(payload);
    }
}
