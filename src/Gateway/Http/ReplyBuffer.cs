using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchboard.Gateway.Http;

/// <summary>
/// A buffer and a JSON writer that a thread keeps for its answers. Rendering is synchronous and its bytes are copied into the
/// response before the next await, so one pair per thread is enough and costs nothing to come by.
/// </summary>
internal static class ReplyBuffer
{
    /// <summary>A buffer that grew beyond this is let go after use.</summary>
    private const int LargestKept = 1024 * 1024;

    private static readonly JsonWriterOptions Options = new()
    {
        // Answers are served as JSON with nosniff, never inside HTML: only what JSON itself demands is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _bytes;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>Renders; the bytes stay valid until this thread renders again.</summary>
    public static ReadOnlySpan<byte> Render<T>(T state, Action<Utf8JsonWriter, T> render)
    {
        var bytes = _bytes ??= new ArrayBufferWriter<byte>(4096);
        var json = _json ??= new Utf8JsonWriter(bytes, Options);
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        render(json, state);
        json.Flush();
        if (bytes.Capacity > LargestKept)
        {
            _bytes = null;
        }

        return bytes.WrittenSpan;
    }
}
