using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Storage.Tests.Search.Elasticsearch;

/// <summary>
/// The other end of the wire: reads HTTP/1.1 byte by byte and answers what it is told to. Whatever is sent that a cluster of version 8
/// would not take is noted in <see cref="Complaints"/>.
/// </summary>
internal sealed class ElasticsearchPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Func<PeerRequest, PeerAnswer> _answer;
    private readonly Lock _lock = new();
    private readonly List<PeerRequest> _requests = [];
    private readonly List<string> _complaints = [];
    private readonly Task _accepting;

    public ElasticsearchPeer(Func<PeerRequest, PeerAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public IReadOnlyList<PeerRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_lock)
            {
                return [.. _complaints];
            }
        }
    }

    /// <summary>Answers the requests in this order and nothing else; each must be exactly as written.</summary>
    public static ElasticsearchPeer Scripted(params (string Line, string? Body, PeerAnswer Answer)[] steps)
    {
        var next = -1;
        return new(request =>
        {
            var i = Interlocked.Increment(ref next);
            if (i >= steps.Length)
            {
                throw new InvalidOperationException($"nobody expects {request.Line}");
            }

            request.Line.ShouldBe(steps[i].Line);
            Encoding.UTF8.GetString(request.Body).ShouldBe(steps[i].Body ?? "");
            return steps[i].Answer;
        });
    }

    public void Complain(string what)
    {
        lock (_lock)
        {
            _complaints.Add(what);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        Task[] open;
        lock (_lock)
        {
            open = [.. _connections];
        }

        await Task.WhenAll(open);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                lock (_lock)
                {
                    _connections.Add(Task.Run(() => ServeAsync(client)));
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        await using var stream = new BufferedStream(client.GetStream(), 64 * 1024);
        try
        {
            while (await PeerRequest.ReadAsync(stream, _stop.Token) is { } request)
            {
                lock (_lock)
                {
                    _requests.Add(request);
                }

                PeerAnswer answer;
                try
                {
                    request.Check();
                    answer = _answer(request);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    Complain($"{request.Line}: {error.Message}");
                    answer = PeerAnswer.Error(500, "unexpected_request", error.Message);
                }

                if (answer.Status == PeerAnswer.Never)
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }

                if (answer.Status == PeerAnswer.Gone)
                {
                    return;
                }

                await stream.WriteAsync(answer.Bytes(), _stop.Token);
                await stream.FlushAsync(_stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
        }
    }
}

/// <summary>An answer.</summary>
internal sealed record PeerAnswer(int Status, string Body, string Headers = "")
{
    /// <summary>No answer comes at all.</summary>
    public const int Never = -1;

    /// <summary>The connection is closed in place of an answer.</summary>
    public const int Gone = -2;

    public static PeerAnswer Ok(string json) => new(200, json);

    public static PeerAnswer Error(int status, string type, string reason) => new(
        status,
        $$"""{"error":{"root_cause":[{"type":"{{type}}","reason":{{System.Text.Json.JsonSerializer.Serialize(reason)}}}],"type":"{{type}}","reason":{{System.Text.Json.JsonSerializer.Serialize(reason)}}},"status":{{status.ToString(CultureInfo.InvariantCulture)}}}""");

    public byte[] Bytes()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {Status} X\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\n{Headers}content-length: {body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}

/// <summary>A request as it came.</summary>
internal sealed record PeerRequest(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Method => Line.Split(' ')[0];

    /// <summary>Path and query.</summary>
    public string Path => Line.Split(' ')[1];

    public static async Task<PeerRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!EndsHead(head))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(static line => line.Split(": ", 2)).ToDictionary(static h => h[0], static h => h[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("content-length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new(lines[0][..^" HTTP/1.1".Length], headers, body);
    }

    /// <summary>What every request must have.</summary>
    public void Check()
    {
        Headers.ContainsKey("transfer-encoding").ShouldBeFalse();
        Headers["accept"].ShouldBe("application/json");
        Path.ShouldStartWith("/");
        if (Body.Length == 0)
        {
            return;
        }

        var bulk = Path.Contains("/_bulk", StringComparison.Ordinal);
        Headers["content-type"].ShouldBe(bulk ? "application/x-ndjson" : "application/json");
        if (bulk)
        {
            Body[^1].ShouldBe((byte)'\n', "the last line of a bulk request ends in a line feed");
        }
    }

    private static bool EndsHead(List<byte> head) =>
        head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n';
}
