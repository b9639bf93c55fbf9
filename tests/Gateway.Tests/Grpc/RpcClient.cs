using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>A client of the protocol as its documents describe it, which knows nothing of the server's code.</summary>
internal sealed class RpcClient(Uri address) : IDisposable
{
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };

    /// <summary>Sends messages that are all known beforehand, and reads everything.</summary>
    public Task<RpcAnswer> CallAsync(string method, IEnumerable<IMessage> messages, params (string Name, string Value)[] headers) =>
        SendAsync(method, new ByteArrayContent([.. messages.SelectMany(message => Frame(message.ToByteArray()))]), headers);

    public Task<RpcAnswer> CallAsync(string method, IMessage message, params (string Name, string Value)[] headers) =>
        CallAsync(method, [message], headers);

    public async Task<RpcAnswer> SendAsync(string method, HttpContent content, params (string Name, string Value)[] headers)
    {
        using var response = await OpenAsync(method, content, headers);
        return await RpcAnswer.ReadAsync(response);
    }

    /// <summary>Sends a request; completes with the response's headers.</summary>
    public Task<HttpResponseMessage> OpenAsync(string method, HttpContent content, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType ??= new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>A message as it travels.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public void Dispose() => Http.Dispose();
}

/// <summary>What a call was answered.</summary>
/// <param name="Headers">The response's headers.</param>
/// <param name="Frames">The messages as they came, with their flags.</param>
/// <param name="Trailers">Trailers; the headers when there were no others (trailers-only).</param>
internal sealed record RpcAnswer(HttpResponseHeaders Headers, IReadOnlyList<(byte Flag, byte[] Bytes)> Frames, HttpResponseHeaders Trailers)
{
    public int Status => int.Parse(Trailer("grpc-status") ?? "-1", System.Globalization.CultureInfo.InvariantCulture);

    public string? Message => Trailer("grpc-message");

    /// <summary>The status came with the headers.</summary>
    public bool TrailersOnly => ReferenceEquals(Headers, Trailers);

    public string? Trailer(string name) => Trailers.TryGetValues(name, out var values) ? values.First() : null;

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? values.First() : null;

    public IEnumerable<T> Messages<T>(MessageParser<T> parser)
        where T : IMessage<T> => Frames.Select(frame => parser.ParseFrom(frame.Bytes));

    public static async Task<RpcAnswer> ReadAsync(HttpResponseMessage response)
    {
        ((int)response.StatusCode).ShouldBe(200);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/grpc");
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var trailersOnly = response.Headers.Contains("grpc-status");
        return new RpcAnswer(response.Headers, FramesOf(body), trailersOnly ? response.Headers : response.TrailingHeaders);
    }

    /// <summary>Takes a body apart.</summary>
    public static IReadOnlyList<(byte Flag, byte[] Bytes)> FramesOf(ReadOnlySpan<byte> body)
    {
        var frames = new List<(byte, byte[])>();
        while (body.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body[1..]);
            frames.Add((body[0], body.Slice(5, length).ToArray()));
            body = body[(5 + length)..];
        }

        return frames;
    }
}

/// <summary>A request's body that is written while the answer is read.</summary>
internal sealed class OpenBody : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task WriteAsync(byte[] bytes)
    {
        var stream = await _stream.Task;
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
    }

    public void Complete() => _complete.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken);
        _stream.TrySetResult(stream);
        await _complete.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
