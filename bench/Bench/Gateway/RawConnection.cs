using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.Bench.Gateway;

/// <summary>
/// One HTTP/1.1 keep-alive connection that sends ready-made requests and reads answers just far enough to know where they end: what it
/// costs is the same for every endpoint.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>The body of the last answer.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    public static async Task<RawConnection> OpenAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(server, cancellationToken);
        return connection;
    }

    /// <summary>Sends one request and waits for its whole answer; returns the status.</summary>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < request.Length;)
        {
            sent += await _socket.SendAsync(request[sent..], cancellationToken);
        }

        var length = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (received == 0)
            {
                throw new IOException("The server closed the connection in the middle of an answer.");
            }

            length += received;
            if (TryReadAnswer(length, out var status))
            {
                return status;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool TryReadAnswer(int length, out int status)
    {
        status = 0;
        var answer = _buffer.AsSpan(0, length);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var header = answer[..end];
        var at = header.IndexOf("Content-Length: "u8);
        if (at < 0
            || !Utf8Parser.TryParse(header[(at + 16)..], out int bodyLength, out _)
            || !Utf8Parser.TryParse(header[9..], out status, out _))
        {
            throw new IOException("The answer has no status or no Content-Length.");
        }

        if (length < end + 4 + bodyLength)
        {
            return false;
        }

        Body = _buffer.AsMemory(end + 4, bodyLength);
        return true;
    }
}
