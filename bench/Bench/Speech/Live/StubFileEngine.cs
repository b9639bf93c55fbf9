using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Bench.Speech.Live;

/// <summary>An engine that reads a file, waits for as long as it is told, and answers with fifteen hundred words. A thread for each connection.</summary>
internal sealed class StubFileEngine : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public StubFileEngine()
    {
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>How long it takes for a file that it has read.</summary>
    public TimeSpan Own { get; set; }

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                socket.NoDelay = true;
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
    }

    private void Serve(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[256 * 1024];
            try
            {
                while (ReadHead(socket, buffer) is { } head)
                {
                    ReadBody(socket, buffer, head);
                    if (head.Text.StartsWith("POST", StringComparison.Ordinal))
                    {
                        Thread.Sleep(Own);
                    }

                    var body = head.Text.StartsWith("POST", StringComparison.Ordinal) ? Answer : "{}";
                    Send(socket, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                    if (head.Text.Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
                    {
                        return;
                    }
                }
            }
            catch (SocketException)
            {
                // The other side left.
            }
        }
    }

    private static void Send(Socket socket, string text)
    {
        for (ReadOnlySpan<byte> rest = Encoding.ASCII.GetBytes(text); !rest.IsEmpty;)
        {
            rest = rest[socket.Send(rest)..];
        }
    }

    private static Head? ReadHead(Socket socket, byte[] buffer)
    {
        for (var length = 0; ;)
        {
            var count = socket.Receive(buffer.AsSpan(length));
            if (count == 0)
            {
                return null;
            }

            length += count;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return new Head(Encoding.ASCII.GetString(buffer, 0, end + 2), length - end - 4);
            }
        }
    }

    private static void ReadBody(Socket socket, byte[] buffer, Head head)
    {
        const string Name = "Content-Length:";
        var at = head.Text.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return;
        }

        at += Name.Length;
        var length = long.Parse(head.Text[at..head.Text.IndexOf("\r\n", at, StringComparison.Ordinal)], CultureInfo.InvariantCulture);
        for (var left = length - head.BodyBytes; left > 0;)
        {
            var count = socket.Receive(buffer);
            left -= count > 0 ? count : throw new SocketException((int)SocketError.ConnectionReset);
        }
    }

    private static string Answer { get; } = MakeAnswer();

    private static string MakeAnswer()
    {
        var words = string.Join(',', Enumerable.Range(0, 1500).Select(static index => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"word":"spoken{{index}}","start":{{index * 0.4:F2}},"end":{{(index * 0.4) + 0.3:F2}},"confidence":0.97}""")));
        var transcript = string.Join(' ', Enumerable.Range(0, 1500).Select(static index => $"spoken{index}"));
        const string Model = "5f0c0000-0000-0000-0000-000000000001";
        return $$$$"""
            {"metadata":{"transaction_key":"deprecated","request_id":"11111111-2222-3333-4444-555555555555","sha256":"{{{{new string('0', 64)}}}}","created":"2026-11-20T18:00:00.000Z","duration":600.0,"channels":1,"models":["{{{{Model}}}}"],"model_info":{"{{{{Model}}}}":{"name":"stub","version":"1","arch":"bench"}}},"results":{"channels":[{"alternatives":[{"transcript":"{{{{transcript}}}}","confidence":0.97,"words":[{{{{words}}}}]}]}]}}
            """;
    }

    private sealed record Head(string Text, int BodyBytes);
}
