using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Switchboard.Gateway.Http;

/// <summary>A request's body: read whole within the limit, checked to be storable UTF-8 JSON, parsed. Owns pooled memory.</summary>
internal sealed class RequestBody : IDisposable
{
    private byte[] _bytes;
    private int _length;
    private JsonDocument? _document;

    private RequestBody(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The parsed document; undefined before <see cref="Parse"/> succeeded.</summary>
    public JsonElement Root => _document?.RootElement ?? default;

    /// <summary>The bytes; gone when the body is disposed of.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>SHA-256 of the bytes, lower-case hex.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(_bytes.AsSpan(0, _length)));

    /// <summary>A body that is there already. Returns null and a refusal when it is larger than allowed.</summary>
    public static (RequestBody? Body, ApiError? Refusal) Of(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        if (bytes.Length > maxBytes)
        {
            return (null, TooLarge(maxBytes));
        }

        var body = new RequestBody(Math.Max(256, bytes.Length));
        bytes.CopyTo(body._bytes);
        body._length = bytes.Length;
        return (body, null);
    }

    /// <summary>Reads the body. Returns null and a refusal when it is larger than allowed.</summary>
    public static async ValueTask<(RequestBody? Body, ApiError? Refusal)> ReadAsync(HttpContext http, int maxBytes)
    {
        var declared = http.Request.ContentLength ?? 0;
        if (declared > maxBytes)
        {
            return (null, TooLarge(maxBytes));
        }

        var body = new RequestBody(Math.Max(256, (int)declared));
        try
        {
            var reader = http.Request.BodyReader;
            while (true)
            {
                var result = await reader.ReadAsync(http.RequestAborted);
                var buffer = result.Buffer;
                if (body._length + buffer.Length > maxBytes)
                {
                    reader.AdvanceTo(buffer.End);
                    body.Dispose();
                    return (null, TooLarge(maxBytes));
                }

                body.Append(buffer);
                reader.AdvanceTo(buffer.End);
                if (result.IsCompleted)
                {
                    return (body, null);
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Why the media type cannot be taken, or null. An absent one is taken as JSON.</summary>
    public static ApiError? CheckMediaType(HttpRequest request)
    {
        if (!string.IsNullOrEmpty(request.Headers.ContentEncoding)
            && !string.Equals(request.Headers.ContentEncoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            return Unsupported("compressed request bodies are not taken; send the body as it is");
        }

        var contentType = request.ContentType;
        if (contentType is null or MediaTypes.Json)
        {
            return null;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var media)
            && (media.MediaType.Equals(MediaTypes.Json, StringComparison.OrdinalIgnoreCase)
                || media.MediaType.Equals(MediaTypes.JsonApi, StringComparison.OrdinalIgnoreCase))
            && (!media.Charset.HasValue || media.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
                ? null
                : Unsupported($"send the body as {MediaTypes.Json} in UTF-8");
    }

    /// <summary>Why the media type of a body with one JSON value on each line cannot be taken, or null.</summary>
    public static ApiError? CheckLinesType(HttpRequest request) =>
        string.IsNullOrEmpty(request.ContentType) || !MediaTypeHeaderValue.TryParse(request.ContentType, out var media) ? CheckMediaType(request)
        : media.MediaType.Value is MediaTypes.JsonLines or "application/ndjson" or "application/jsonl" or MediaTypes.Json
            && string.IsNullOrEmpty(request.Headers.ContentEncoding) ? null
        : Unsupported($"send the body as it is, as {MediaTypes.JsonLines} in UTF-8");

    /// <summary>Parses the bytes. Returns why they cannot be taken, or null.</summary>
    public ApiError? Parse(int maxDepth)
    {
        var bytes = _bytes.AsMemory(0, _length);
        if (_length == 0)
        {
            return ApiError.BadRequest("the body is empty");
        }

        if (!Utf8.IsValid(bytes.Span))
        {
            return ApiError.BadRequest("the body is not valid UTF-8");
        }

        if (JsonEscapes.FindUnstorable(bytes.Span) is { } unstorable)
        {
            return ApiError.BadRequest(unstorable);
        }

        try
        {
            _document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = maxDepth });
            return null;
        }
        catch (JsonException exception)
        {
            return ApiError.BadRequest(
                $"the body is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: "
                + Reason(exception, maxDepth));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _document?.Dispose();
        _document = null;
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
            _length = 0;
        }
    }

    /// <summary>The reader's sentence without the position that it repeats.</summary>
    private static string Reason(JsonException exception, int maxDepth)
    {
        var message = exception.Message;
        if (message.Contains("depth", StringComparison.Ordinal))
        {
            return $"it is nested deeper than {maxDepth} levels";
        }

        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private static ApiError TooLarge(int maxBytes) => new(
        413, ErrorShape.Status, "Payload Too Large", $"the body is larger than {maxBytes} bytes");

    private static ApiError Unsupported(string detail) => new(415, ErrorShape.Status, "Unsupported Media Type", detail);

    private void Append(in ReadOnlySequence<byte> buffer)
    {
        var needed = _length + (int)buffer.Length;
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        buffer.CopyTo(_bytes.AsSpan(_length));
        _length = needed;
    }
}
