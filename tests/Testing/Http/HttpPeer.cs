using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Testing.Http;

/// <summary>
/// A receiver that does what it is told with each request, in order: it speaks just enough HTTP/1.1 to answer, to be late, and to go away.
/// Beyond the script it answers with 200.
/// </summary>
public sealed class HttpPeer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly ConcurrentQueue<Func<NetworkStream, CancellationToken, Task>> _script = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _accepting;

    private HttpPeer(TcpListener listener)
    {
        _listener = listener;
        _accepting = AcceptAsync();
    }

    /// <summary>Its port on the loopback address.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Where it takes requests.</summary>
    public string Url => $"http://127.0.0.1:{Port}/hook";

    /// <summary>What has come.</summary>
    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    /// <summary>Starts one.</summary>
    public static HttpPeer Start()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new HttpPeer(listener);
    }

    /// <summary>Answers the next request.</summary>
    /// <param name="status">The status.</param>
    /// <param name="headers">Lines, each with its end.</param>
    /// <param name="body">The body.</param>
    public HttpPeer Then(int status, string headers = "", string body = "")
    {
        _script.Enqueue((stream, token) => WriteAsync(stream, status, headers, body, token));
        return this;
    }

    /// <summary>Takes the next request and goes away without a word.</summary>
    public HttpPeer ThenDrop()
    {
        _script.Enqueue(static (_, _) => Task.CompletedTask);
        return this;
    }

    /// <summary>Takes the next request and never answers.</summary>
    public HttpPeer ThenHang()
    {
        _script.Enqueue(static (_, token) => Task.Delay(Timeout.Infinite, token));
        return this;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopped.Token)));
            }
        }
        catch (Exception) when (_stopped.IsCancellationRequested)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                Requests.Enqueue(await ReadAsync(stream, _stopped.Token));
                await (_script.TryDequeue(out var act) ? act(stream, _stopped.Token) : WriteAsync(stream, 200, "", "", _stopped.Token));
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The sender gave up, or the test is over.
            }
        }
    }

    private static async Task<ReceivedRequest> ReadAsync(NetworkStream stream, CancellationToken token)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (!(bytes.Count >= 4 && bytes[^4..] is [13, 10, 13, 10]))
        {
            await stream.ReadExactlyAsync(one, token);
            bytes.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, token);
        return new ReceivedRequest(lines[0], headers, body);
    }

    private static Task WriteAsync(NetworkStream stream, int status, string headers, string body, CancellationToken token) => stream.WriteAsync(
        Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} Whatever\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}"),
        token).AsTask();
}

/// <summary>A request as it came.</summary>
/// <param name="Line">Its first line.</param>
/// <param name="Headers">By their names, whatever their case.</param>
/// <param name="Body">The body.</param>
public sealed record ReceivedRequest(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body);
