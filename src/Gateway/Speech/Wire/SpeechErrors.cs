using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Wire;

/// <summary>Writes refusals of the speech API (speech API specification, section 5) and the headers that every answer carries (1.2).</summary>
internal static class SpeechErrors
{
    /// <summary>The header with the id of the request.</summary>
    public const string RequestIdHeader = "dg-request-id";

    /// <summary>The header with the refusal's text.</summary>
    public const string ErrorHeader = "dg-error";

    private const int LongestHeader = 500;

    /// <summary>Gives the request its id and says it in the answer; also for the answer that becomes a WebSocket.</summary>
    public static Guid Begin(HttpContext http)
    {
        var requestId = Guid.CreateVersion7();
        http.Response.Headers[RequestIdHeader] = requestId.ToString();
        SecurityHeaders.SetForData(http.Response.Headers);
        return requestId;
    }

    /// <summary>Answers with a refusal. Nothing of the answer may have been sent.</summary>
    public static async Task WriteAsync(HttpContext http, SpeechError error, Guid requestId)
    {
        var response = http.Response;
        response.StatusCode = error.Status;
        response.Headers[RequestIdHeader] = requestId.ToString();
        response.Headers[ErrorHeader] = ForHeader(error.Message);
        response.ContentType = MediaTypes.Json;
        if (error.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Token";
        }

        var body = Body(error, requestId);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>The body: what Deepgram's clients read and what Aldea's read, in one object.</summary>
    public static byte[] Body(SpeechError error, Guid requestId)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("err_code"u8, error.Code);
            json.WriteString("err_msg"u8, error.Message);
            json.WriteString("error"u8, error.Message);
            json.WriteString("request_id"u8, requestId);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // Messages may quote what a client sent; a header takes neither line ends nor letters beyond ASCII.
    private static string ForHeader(string text) => string.Create(
        Math.Min(text.Length, LongestHeader), text, static (span, source) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                span[index] = source[index] is >= ' ' and <= '~' ? source[index] : '?';
            }
        });
}
