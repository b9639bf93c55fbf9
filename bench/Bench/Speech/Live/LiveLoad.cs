using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.Bench.Speech.Live;

/// <summary>
/// Clients that speak in real time: each sends its frame every 100 ms, all of them evenly spread, from one thread that also reads the
/// results.
/// </summary>
internal sealed class LiveLoad : IDisposable
{
    private static readonly byte[] CloseStream = Wire.ClientText("""{"type":"CloseStream"}"""u8);

    private readonly Client[] _clients;
    private readonly Epoll _epoll = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _frame = Wire.AudioFrame(seed: 1);

    private LiveLoad(Client[] clients) => _clients = clients;

    /// <summary>How long results took from the engine.</summary>
    public Latencies Results { get; } = new();

    /// <summary>Frames sent.</summary>
    public long Frames { get; private set; }

    /// <summary>Clients whose connection stands.</summary>
    public int Standing => _clients.Count(static client => !client.IsGone);

    /// <summary>Clients that were closed with 1000.</summary>
    public int ClosedWell => _clients.Count(static client => client.CloseCode == 1000);

    /// <summary>Connects so many clients.</summary>
    public static LiveLoad Open(IPEndPoint server, string? key, int count)
    {
        var clients = new Client[count];
        var load = new LiveLoad(clients);
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, index => clients[index] = new Client(load, Wire.Open(server, key)));
        for (var index = 0; index < count; index++)
        {
            clients[index].Socket.Blocking = false;
            load._epoll.Watch(clients[index].Socket, index);
        }

        return load;
    }

    /// <summary>Speaks for a time.</summary>
    public void Speak(TimeSpan length)
    {
        Span<int> ready = stackalloc int[256];
        var interval = Stopwatch.Frequency / Wire.FramesPerSecond / _clients.Length;
        var due = Stopwatch.GetTimestamp();
        var until = due + (long)(length.TotalSeconds * Stopwatch.Frequency);
        for (var next = 0; due < until; due += interval, next = (next + 1) % _clients.Length)
        {
            while (Stopwatch.GetTimestamp() < due)
            {
                Read(ready, 1);
            }

            if (!_clients[next].IsGone)
            {
                Wire.StampFrame(_frame, Stopwatch.GetTimestamp());
                _clients[next].Send(_frame);
                Frames++;
            }
        }
    }

    /// <summary>Ends all streams in good order and waits for the close frames.</summary>
    public void Close(TimeSpan patience)
    {
        Span<int> ready = stackalloc int[256];
        foreach (var client in _clients)
        {
            client.Send(CloseStream);
        }

        for (var started = Stopwatch.GetTimestamp(); Standing > 0 && Stopwatch.GetElapsedTime(started) < patience;)
        {
            Read(ready, 20);
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Socket.Dispose();
        }

        _epoll.Dispose();
    }

    private void Read(Span<int> ready, int milliseconds)
    {
        var count = _epoll.Wait(ready, milliseconds);
        foreach (var number in ready[..count])
        {
            _clients[number].Read(_buffer);
        }
    }

    private sealed class Client : IFrameSink
    {
        private readonly LiveLoad _load;
        private readonly FrameReader _reader;

        public Client(LiveLoad load, Socket socket)
        {
            (_load, Socket) = (load, socket);
            _reader = new FrameReader(this);
        }

        public Socket Socket { get; }

        public bool IsGone { get; private set; }

        public int? CloseCode { get; private set; }

        public void Send(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty && !IsGone)
            {
                var sent = Socket.Send(bytes, SocketFlags.None, out var error);
                IsGone = error is not (SocketError.Success or SocketError.WouldBlock);
                bytes = bytes[Math.Max(0, sent)..];
            }
        }

        public void Read(byte[] buffer)
        {
            var count = Socket.Receive(buffer, SocketFlags.None, out var error);
            if (count > 0)
            {
                _reader.Take(buffer.AsSpan(0, count));
            }
            else if (error != SocketError.WouldBlock && !IsGone)
            {
                IsGone = true;
                Socket.Close();
            }
        }

        public void Audio(ReadOnlySpan<byte> piece, uint mask, int maskAt)
        {
        }

        public void Message(int opcode, ReadOnlySpan<byte> payload)
        {
            switch (opcode)
            {
                case FrameReader.Text when Wire.StampOfResult(payload) is >= 0 and var stamp:
                    _load.Results.Add(Wire.MillisecondsSince(stamp, Stopwatch.GetTimestamp()));
                    break;
                case FrameReader.Ping:
                    Send([0x8A, 0x80, 0, 0, 0, 0]);
                    break;
                case FrameReader.Close:
                    CloseCode = payload.Length >= 2 ? (payload[0] << 8) | payload[1] : 1005;
                    IsGone = true;
                    Socket.Close();
                    break;
            }
        }
    }
}
