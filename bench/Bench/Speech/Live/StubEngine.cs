using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Bench.Speech.Live;

/// <summary>
/// An engine of Deepgram's wire that hears nothing and costs nearly nothing: after each half second of audio it sends a result, every
/// second one of them final, and at the end the metadata. It knows how long each frame took to come. One thread serves all streams.
/// </summary>
internal sealed class StubEngine : IDisposable
{
    private const int ListenerNumber = -1;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Epoll _epoll = new();
    private readonly List<Stream?> _streams = [];
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private long _audio;
    private int _open;

    public StubEngine()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        _listener.Blocking = false;
        _epoll.Watch(_listener, ListenerNumber);
        _thread = new Thread(Run) { IsBackground = true, Name = "stub engine" };
        _thread.Start();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>How long frames took from the client.</summary>
    public Latencies Frames { get; } = new();

    /// <summary>Bytes of audio so far.</summary>
    public long Audio => Volatile.Read(ref _audio);

    /// <summary>Streams that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        foreach (var stream in _streams)
        {
            stream?.Socket.Dispose();
        }

        _listener.Dispose();
        _epoll.Dispose();
    }

    private void Run()
    {
        Span<int> ready = stackalloc int[256];
        while (!_isStopping)
        {
            var count = _epoll.Wait(ready, 100);
            foreach (var number in ready[..count])
            {
                if (number == ListenerNumber)
                {
                    Accept();
                }
                else if (_streams[number] is { } stream && !stream.Read(_buffer))
                {
                    _streams[number] = null;
                    _open -= stream.IsUpgraded ? 1 : 0;
                    stream.Socket.Dispose();
                }
            }
        }
    }

    private void Accept()
    {
        while (_listener.Poll(0, SelectMode.SelectRead))
        {
            var socket = _listener.Accept();
            socket.NoDelay = true;
            socket.Blocking = false;
            _streams.Add(new Stream(this, socket, _streams.Count));
            _epoll.Watch(socket, _streams.Count - 1);
        }
    }

    private sealed class Stream : IFrameSink
    {
        private readonly StubEngine _engine;
        private readonly FrameReader _reader;
        private readonly byte[] _stamp = new byte[8];
        private byte[] _request = [];

        // Streams that began together are not answered together.
        private readonly int _phase;
        private long _audio;
        private bool _isOver;

        public Stream(StubEngine engine, Socket socket, int number)
        {
            (_engine, Socket, _phase) = (engine, socket, number % Wire.FramesPerSecond);
            _reader = new FrameReader(this);
        }

        public Socket Socket { get; }

        public bool IsUpgraded { get; private set; }

        /// <summary>Reads what is there; false when the stream is over.</summary>
        public bool Read(byte[] buffer)
        {
            var count = Socket.Receive(buffer, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (count <= 0)
            {
                return false;
            }

            if (IsUpgraded)
            {
                _reader.Take(buffer.AsSpan(0, count));
            }
            else
            {
                TakeRequest(buffer.AsSpan(0, count));
            }

            return !_isOver;
        }

        public void Audio(ReadOnlySpan<byte> piece, uint mask, int maskAt)
        {
            // A gateway may cut frames anew: the time stands where the client's frames begin.
            for (var index = 0; index < piece.Length;)
            {
                var at = (int)(_audio % Wire.FrameBytes);
                if (at < _stamp.Length)
                {
                    _stamp[at] = (byte)(piece[index] ^ (byte)(mask >> (8 * ((maskAt + index) & 3))));
                    (index, _audio) = (index + 1, _audio + 1);
                    continue;
                }

                var rest = Math.Min(piece.Length - index, Wire.FrameBytes - at);
                (index, _audio) = (index + rest, _audio + rest);
                if (_audio % Wire.FrameBytes == 0)
                {
                    FrameIsThere();
                }
            }

            Volatile.Write(ref _engine._audio, _engine._audio + piece.Length);
        }

        public void Message(int opcode, ReadOnlySpan<byte> payload)
        {
            switch (opcode)
            {
                case FrameReader.Ping:
                    Send(Wire.Short(10, payload));
                    break;
                case FrameReader.Close:
                    _isOver = true;
                    break;
                case FrameReader.Text when payload.IndexOf("CloseStream"u8) >= 0:
                    Send(Wire.Metadata(_audio));
                    Send(Wire.Short(FrameReader.Close, [0x03, 0xE8]));
                    break;
            }
        }

        private void FrameIsThere()
        {
            var now = Stopwatch.GetTimestamp();
            _engine.Frames.Add(Wire.MillisecondsSince(BinaryPrimitives.ReadInt64LittleEndian(_stamp), now));
            var frames = _audio / Wire.FrameBytes;
            if ((frames + _phase) % (Wire.FramesPerSecond / 2) == 0)
            {
                Span<byte> result = stackalloc byte[2048];
                var isFinal = (frames + _phase) % Wire.FramesPerSecond == 0;
                var start = (frames / (double)Wire.FramesPerSecond) - 1;
                Send(result[..Wire.WriteResult(result, Math.Max(0, start), isFinal, Stopwatch.GetTimestamp())]);
            }
        }

        private void TakeRequest(ReadOnlySpan<byte> bytes)
        {
            _request = [.. _request, .. bytes];
            if (_request.AsSpan().IndexOf("\r\n\r\n"u8) < 0)
            {
                return;
            }

            var request = Encoding.ASCII.GetString(_request);
            _request = [];
            if (request.StartsWith("GET /v1/listen", StringComparison.Ordinal))
            {
                Send(Wire.Upgraded(request));
                IsUpgraded = true;
                _engine._open++;
            }
            else
            {
                Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8);
            }
        }

        private void Send(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var sent = Socket.Send(bytes, SocketFlags.None, out var error);
                if (error is not (SocketError.Success or SocketError.WouldBlock))
                {
                    _isOver = true;
                    return;
                }

                bytes = bytes[Math.Max(0, sent)..];
            }
        }
    }
}
