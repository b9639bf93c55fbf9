using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Switchboard.Commands;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>A request to the management part of the speech API: who calls, what was sent, and how it is answered.</summary>
internal sealed class SpeechCall(HttpContext http, Guid requestId, SpeechCaller caller)
{
    private const int LargestBody = 64 * 1024;

    /// <summary>The caller.</summary>
    public SpeechCaller Caller => caller;

    /// <summary>The organisation, which the path has been checked to name.</summary>
    public Guid OrgId => caller.OrgId;

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>The query.</summary>
    public IQueryCollection Query => http.Request.Query;

    /// <summary>The answer's headers.</summary>
    public IHeaderDictionary ResponseHeaders => http.Response.Headers;

    /// <summary>In whose name a command runs.</summary>
    public CommandContext Command => new(caller.OrgId, new Actor(ActorKind.ApiKey, caller.KeyId), requestId.ToString("N"));

    /// <summary>A part of the path.</summary>
    public string Part(string name) => http.Request.RouteValues[name]?.ToString() ?? "";

    /// <summary>A part of the path that is an id; null when it is none.</summary>
    public Guid? Id(string name) => Guid.TryParse(Part(name), out var id) ? id : null;

    /// <summary>The first value of a parameter of the query, or null when it is not there or empty.</summary>
    public string? Text(string name) => Query.TryGetValue(name, out var values) && values.Count > 0 && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    /// <summary>
    /// Reads the body as a JSON object, whatever its content type says: clients send JSON's on requests without a body, and an empty body
    /// is an empty object. Null when the request was refused.
    /// </summary>
    public async ValueTask<JsonDocument?> ReadAsync()
    {
        var (body, refusal) = await RequestBody.ReadAsync(http, LargestBody);
        if (body is null)
        {
            await RefuseAsync(SpeechError.TooLarge($"{LargestBody} bytes") with { Status = refusal!.Status });
            return null;
        }

        using (body)
        {
            try
            {
                var document = body.Bytes.IsEmpty ? JsonDocument.Parse("{}") : JsonDocument.Parse(body.Bytes.ToArray(), new JsonDocumentOptions { MaxDepth = 16 });
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                {
                    return document;
                }

                document.Dispose();
            }
            catch (JsonException)
            {
                // Said below.
            }
        }

        await RefuseAsync(SpeechError.BadJson);
        return null;
    }

    /// <summary>Answers with JSON.</summary>
    public async ValueTask SendAsync(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        http.Response.ContentType = MediaTypes.Json;
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, Aborted);
    }

    /// <summary>Answers with a sentence.</summary>
    public ValueTask SayAsync(string message) => SendAsync(json => json.WriteString("message"u8, message));

    /// <summary>Answers with a page.</summary>
    public async ValueTask SendPageAsync(string html, string contentSecurityPolicy)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(html);
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = contentSecurityPolicy;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, Aborted);
    }

    /// <summary>Refuses.</summary>
    public async ValueTask RefuseAsync(SpeechError error) => await SpeechErrors.WriteAsync(http, error, requestId);

    /// <summary>Refuses for a reason of the domain.</summary>
    public ValueTask RefuseAsync(DomainError error) => RefuseAsync(error.Kind switch
    {
        ErrorKind.NotFound => NotFound(error.Title),
        ErrorKind.Conflict => Refused(409, error),
        ErrorKind.Forbidden => Refused(403, error),
        _ => Refused(400, error),
    });

    /// <summary>Something in the project that is not there.</summary>
    public static SpeechError NotFound(string what) => new(404, "NOT_FOUND", what);

    /// <summary>A request that cannot be done as it is.</summary>
    public static SpeechError Bad(string what) => new(400, "Bad Request", what);

    private static SpeechError Refused(int status, DomainError error) =>
        new(status, status == 409 ? "CONFLICT" : "Bad Request", error.Detail is { Length: > 0 } detail ? $"{error.Title}: {detail}" : error.Title);
}
