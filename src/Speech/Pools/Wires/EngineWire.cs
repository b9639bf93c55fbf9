using System.Buffers.Binary;
using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools.Wires;

/// <summary>
/// A WebSocket to a node, of the client's side (RFC 6455), without extensions: whole messages, written to the socket where they are sent
/// when it takes them at once, and read into a buffer that is held only while there is something in it. Senders may be several, receivers
/// one. A frame is copied once, when it is masked.
/// </summary>
internal sealed class EngineWire : IDisposable
{
    private const int FirstBuffer = 4 * 1024;
    private const int LargestMessage = 4 * 1024 * 1024;

    [ThreadStatic]
    private static Keys? _keys;

    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly Action<EngineWire> _over;
    private readonly bool _isPlain;
    private Task _sending = Task.CompletedTask;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _messageAt;
    private int _messageLength;
    private bool _isInMessage;
    private bool _isText;
    private long _heardAt;
    private long _pingedAt = -1;
    private int _isDisposed;

    /// <summary>Takes over a connection on which the upgrade has been agreed upon.</summary>
    /// <param name="socket">The socket; no one else may read from it.</param>
    /// <param name="stream">What is written and read: the socket's stream, or TLS upon it.</param>
    /// <param name="early">What was received behind the answer to the upgrade.</param>
    /// <param name="time">The time.</param>
    /// <param name="over">Called when the connection is given up; perhaps twice.</param>
    public EngineWire(Socket socket, Stream stream, ReadOnlySpan<byte> early, TimeProvider time, Action<EngineWire> over)
    {
        (_socket, _stream, _time, _over, _isPlain) = (socket, stream, time, over, stream is NetworkStream);
        _heardAt = time.GetTimestamp();
        if (_isPlain)
        {
            socket.Blocking = false;
        }

        if (!early.IsEmpty)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, early.Length));
            early.CopyTo(_buffer);
            _end = early.Length;
        }
    }

    /// <summary>What the node said with the upgrade that it will not do, or null.</summary>
    public string? Warning { get; init; }

    /// <summary>The code that the node closed with; null when it has not.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>What the node said to it.</summary>
    public string CloseReason { get; private set; } = "";

    /// <summary>Sends a message.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    public ValueTask SendAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_sending.IsCompletedSuccessfully || !_isPlain)
            {
                _sending = SendAfterAsync(_sending, kind, payload, cancellationToken);
                return new ValueTask(_sending);
            }

            var (frame, length) = Compose(kind, payload.Span);
            var sent = _socket.Send(frame.AsSpan(0, length), SocketFlags.None, out var error);
            if (error == SocketError.Success && sent == length)
            {
                ArrayPool<byte>.Shared.Return(frame);
                return ValueTask.CompletedTask;
            }

            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                ArrayPool<byte>.Shared.Return(frame);
                throw new IOException(new SocketException((int)error).Message);
            }

            _sending = SendRestAsync(frame, Math.Max(0, sent), length, cancellationToken);
            return new ValueTask(_sending);
        }
    }

    /// <summary>The next message; it stays valid until the next one is asked for. Null once the node has closed.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    /// <exception cref="WebSocketException">The node broke the protocol.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<EngineWireMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        _messageLength = 0;
        while (true)
        {
            var needed = FrameHeader.MostBytes;
            while (_end > _start && TryFrame(out var header, out var payloadAt, ref needed))
            {
                var payload = _buffer.AsMemory(payloadAt, (int)header.Length);
                _start = payloadAt + payload.Length;
                switch (header.Kind)
                {
                    case FrameKind.Ping:
                        await SendAsync(FrameKind.Pong, payload.ToArray(), cancellationToken);
                        break;
                    case FrameKind.Pong:
                        break;
                    case FrameKind.Close:
                        TakeClose(payload.Span);
                        return null;
                    default:
                        if (TakePart(header, payloadAt))
                        {
                            return new EngineWireMessage(_isText, _buffer.AsMemory(_messageAt, _messageLength));
                        }

                        break;
                }

                needed = FrameHeader.MostBytes;
            }

            if (_end == _start && !_isInMessage)
            {
                // Nothing is there: whoever waits holds no buffer.
                GiveBack();
                var none = await _stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
                Debug.Assert(none == 0, "There was no room.");
            }

            MakeRoom(needed);
            var count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            Volatile.Write(ref _heardAt, _time.GetTimestamp());
            _end += count > 0 ? count : throw new IOException("the connection ended without a close frame");
        }
    }

    /// <summary>Pings a node that has been silent; false when it did not answer the last ping in time.</summary>
    public bool Tick(TimeSpan ping)
    {
        var (heardAt, pingedAt) = (Volatile.Read(ref _heardAt), _pingedAt);
        if (pingedAt >= 0 && heardAt >= pingedAt)
        {
            _pingedAt = pingedAt = -1;
        }

        if (pingedAt >= 0)
        {
            return _time.GetElapsedTime(pingedAt) < ping;
        }

        if (_time.GetElapsedTime(heardAt) >= ping)
        {
            _pingedAt = _time.GetTimestamp();
            _ = PingAsync();
        }

        return true;
    }

    /// <summary>Cuts the connection: whoever sends or receives fails.</summary>
    public void Abort()
    {
        _over(this);
        _socket.Dispose();
    }

    /// <summary>Cuts the connection and gives back what it holds. Nobody may be receiving.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Abort();
            _stream.Dispose();
            GiveBack();
        }
    }

    private static (byte[] Frame, int Length) Compose(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var frame = ArrayPool<byte>.Shared.Rent(FrameHeader.MostBytes + payload.Length);
        var mask = (_keys ??= new Keys()).Next();
        var size = FrameHeader.Write(frame, kind, payload.Length, mask);
        FrameHeader.Apply(payload, frame.AsSpan(size), mask, 0);
        return (frame, size + payload.Length);
    }

    private async Task SendRestAsync(byte[] frame, int from, int length, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(frame.AsMemory(from, length - from), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private async Task SendAfterAsync(Task before, FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await before;
        var (frame, length) = Compose(kind, payload.Span);
        await SendRestAsync(frame, 0, length, cancellationToken);
    }

    private async Task PingAsync()
    {
        try
        {
            await SendAsync(FrameKind.Ping, default, CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever receives finds out.
        }
    }

    private bool TryFrame(out FrameHeader header, out int payloadAt, ref int needed)
    {
        payloadAt = 0;
        if (!FrameHeader.TryRead(_buffer.AsSpan(_start, _end - _start), out header, out var size))
        {
            return false;
        }

        if (header.Mask is not null)
        {
            throw new WebSocketException(WebSocketError.Faulted, "A server's frame was masked.");
        }

        if (header.Length > LargestMessage - _messageLength)
        {
            throw new WebSocketException(WebSocketError.Faulted, $"A message was larger than {LargestMessage} bytes.");
        }

        payloadAt = _start + size;
        needed = size + (int)header.Length;
        return _end - _start >= needed;
    }

    private bool TakePart(FrameHeader header, int payloadAt)
    {
        if (_isInMessage != (header.Kind == FrameKind.Continuation))
        {
            throw new WebSocketException(WebSocketError.Faulted, "A message began within another one, or went on without having begun.");
        }

        if (!_isInMessage)
        {
            (_isText, _messageAt, _messageLength) = (header.Kind == FrameKind.Text, payloadAt, (int)header.Length);
        }
        else
        {
            // The parts of a message are moved together, over the headers between them.
            _buffer.AsSpan(payloadAt, (int)header.Length).CopyTo(_buffer.AsSpan(_messageAt + _messageLength));
            _messageLength += (int)header.Length;
        }

        _isInMessage = !header.IsLast;
        return header.IsLast;
    }

    private void TakeClose(ReadOnlySpan<byte> payload)
    {
        CloseCode = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : (int)WebSocketCloseStatus.NormalClosure;
        CloseReason = payload.Length > 2 ? Encoding.UTF8.GetString(payload[2..]) : "";
    }

    // Room for so many bytes from the next frame's beginning, and for one more than there are.
    private void MakeRoom(int needed)
    {
        if (_buffer is not { } buffer)
        {
            (_buffer, _start, _end) = (ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, needed)), 0, 0);
            return;
        }

        if (_end < buffer.Length && buffer.Length - _start >= needed)
        {
            return;
        }

        var from = _isInMessage ? _messageAt : _start;
        var room = _start - from + Math.Max(needed, _end - _start + 1);
        var to = room <= buffer.Length ? buffer : ArrayPool<byte>.Shared.Rent(Math.Max(room, Math.Min(buffer.Length * 2, LargestMessage)));
        buffer.AsSpan(from, _end - from).CopyTo(to);
        (_buffer, _start, _end, _messageAt) = (to, _start - from, _end - from, _messageAt - from);
        if (!ReferenceEquals(to, buffer))
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void GiveBack()
    {
        if (_buffer is { } buffer)
        {
            (_buffer, _start, _end) = (null, 0, 0);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Mask keys from the system's generator, as the protocol wants them, but fetched by the hundred: one costs as much as masking.
    /// </summary>
    private sealed class Keys
    {
        private readonly byte[] _bytes = new byte[1024];
        private int _at = 1024;

        public uint Next()
        {
            if (_at == _bytes.Length)
            {
                RandomNumberGenerator.Fill(_bytes);
                _at = 0;
            }

            _at += sizeof(uint);
            return BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_at - sizeof(uint)));
        }
    }
}

/// <summary>A message of a node.</summary>
/// <param name="IsText">Whether it is a text message.</param>
/// <param name="Payload">The message.</param>
internal readonly record struct EngineWireMessage(bool IsText, Memory<byte> Payload);
