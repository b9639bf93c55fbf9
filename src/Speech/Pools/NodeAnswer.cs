using System.Text.Json;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools;

/// <summary>Sends a request to a node and reads the JSON of its answer, or finds out what the refusal means.</summary>
internal static class NodeAnswer
{
    private const int LongestRefusal = 16 * 1024;

    public static async Task<JsonDocument> SendAsync(
        HttpClient client, NodeAddress node, HttpRequestMessage message, int mostBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                var (code, said) = await ReadRefusalAsync(body, cancellationToken);
                throw Fault(node, (int)answer.StatusCode, code, said ?? answer.ReasonPhrase ?? "", null);
            }

            return await JsonDocument.ParseAsync(new LimitedStream(body, mostBytes, node.Name), default, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new EngineFailedException($"engine node {node.Name} broke off: {error.Message}", error);
        }
        catch (JsonException error)
        {
            throw new EngineFailedException($"engine node {node.Name} answered what is no JSON", error);
        }
        catch (IOException error) when (error.GetType() == typeof(IOException) || error is HttpIOException)
        {
            throw new EngineFailedException($"engine node {node.Name} broke off: {error.Message}", error);
        }
    }

    /// <summary>What a status other than success means for the stream or file.</summary>
    public static Exception Fault(NodeAddress node, int status, string? code, string said, Exception? inner) => status switch
    {
        429 or 503 => new EngineBusyException($"engine node {node.Name} is full: {said}"),
        400 or 413 or 415 or 422 => new EngineRefusedRequestException(
            new SpeechError(status, code ?? (status == 415 ? "UNSUPPORTED_MEDIA_TYPE" : "Bad Request"), said)),
        504 => new EngineRefusedRequestException(SpeechError.TimedOut),
        _ => new EngineFailedException($"engine node {node.Name} answered with {status}: {said}", inner),
    };

    private static async Task<(string? Code, string? Said)> ReadRefusalAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestRefusal];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            return (Text("err_code"), Text("err_msg") ?? Text("error") ?? Text("message"));

            string? Text(string name) => json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    /// <summary>Reads no more than bearable.</summary>
    private sealed class LimitedStream(Stream inner, int most, string node) : Stream
    {
        private int _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            _read += count;
            return _read <= most
                ? count
                : throw new EngineFailedException($"engine node {node} answered with more than {most} bytes (Speech:MaxAnswerBytes)");
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
