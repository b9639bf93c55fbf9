using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Idempotency;
using Switchboard.Projects;

namespace Switchboard.Gateway.Http;

/// <summary>
/// One request on its way through an operation: what came in, who asks, and the ways to answer (exactly one is used). As it stands it is
/// a request of REST; another door to the same operations overrides where parameters and body come from and what becomes of answers.
/// </summary>
internal class ApiRequest(HttpContext http, ApiOperation operation, string id)
{
    private static readonly string[] RemainingTexts = new string[16_384];

    /// <summary>The request's id.</summary>
    public string Id => id;

    /// <summary>The connection, for operations that declare <see cref="ApiOperation.StreamType"/>.</summary>
    public HttpContext Http => http;

    /// <summary>Cancelled when the client is gone. Not for commands: an effect is not undone by a lost connection.</summary>
    public virtual CancellationToken Aborted => http.RequestAborted;

    /// <summary>Who asks.</summary>
    public Principal Principal { get; set; } = null!;

    /// <summary>What the caller is to the project that the path names, if that project has a policy.</summary>
    public ProjectRelation? Relation { get; set; }

    /// <summary>The body's resource, for operations that declare one.</summary>
    public ResourceBody Body { get; set; }

    /// <summary>The body as it came, for operations that declare one.</summary>
    public RequestBody? Content { get; set; }

    /// <summary>The scope of the client's idempotency key, or null.</summary>
    public IdempotencyScope? Idempotency { get; set; }

    /// <summary>Whether the answer's bytes are kept for repetitions that wait.</summary>
    public bool Capture { get; set; }

    /// <summary>The bytes that were kept.</summary>
    public CapturedAnswer? Captured { get; protected set; }

    public Guid OrgId => Principal.OrgId;

    /// <summary>The context for a command of this request.</summary>
    public CommandContext Command => new(OrgId, Actor.User(Principal.UserId), id, Idempotency?.ForGrain);

    /// <summary>The id of a new aggregate; the same again when an idempotency key's request is repeated.</summary>
    public Guid NewId() => Idempotency?.NewId() ?? Guid.CreateVersion7();

    public string Get(TextParameter parameter) => TextOf(parameter) ?? "";

    public Guid Get(UuidParameter parameter) => UuidParameter.TryRead(TextOf(parameter), out var value) ? value : Guid.Empty;

    public int Get(IntegerParameter parameter) => parameter.Read(TextOf(parameter));

    public bool Get(BooleanParameter parameter) => parameter.Read(TextOf(parameter));

    public string? Get(ChoiceParameter parameter) => parameter.Read(TextOf(parameter));

    public DateTimeOffset? Get(MomentParameter parameter, DateTimeOffset now) => MomentParameter.Read(TextOf(parameter), now);

    /// <summary>A parameter's text as it came, or null.</summary>
    public virtual string? TextOf(Parameter parameter) => parameter.Place == Parameter.InPath
        ? http.Request.RouteValues[parameter.Name] as string
        : (string?)http.Request.Query[parameter.Name];

    /// <summary>The path, which an idempotency key belongs to.</summary>
    public virtual string Path => http.Request.Path.Value!;

    /// <summary>The client's idempotency key, or null.</summary>
    public virtual string? IdempotencyKey => http.Request.Headers[IdempotencyScope.Header];

    /// <summary>Headers of the answer.</summary>
    public virtual IHeaderDictionary ResponseHeaders => http.Response.Headers;

    /// <summary>The status that was sent.</summary>
    public virtual int StatusSent => http.Response.StatusCode;

    /// <summary>Reads the body. Returns null and a refusal when it cannot be taken.</summary>
    public virtual async ValueTask<(RequestBody? Body, ApiError? Refusal)> ReadBodyAsync(int maxBytes) =>
        operation.Body is not null && RequestBody.CheckMediaType(http.Request) is { } unsupported
            ? (null, unsupported)
            : await RequestBody.ReadAsync(http, maxBytes);

    /// <summary>Whether the answer is the first one again.</summary>
    public bool Replayed { get; private set; }

    /// <summary>Tells the client, if so, that this is the first answer again.</summary>
    public void NoteReplay(bool replayed)
    {
        if (replayed)
        {
            Replayed = true;
            if (!http.Response.HasStarted)
            {
                ResponseHeaders[IdempotencyScope.ReplayedHeader] = "true";
            }
        }
    }

    /// <summary>Answers with the operation's success status and a document.</summary>
    public virtual ValueTask SendAsync<T>(T state, Action<Utf8JsonWriter, T> render) =>
        SendAsync(operation.Success, operation.MediaType, ReplyBuffer.Render(state, render), null);

    /// <summary>Answers with the operation's success status and no body.</summary>
    public virtual ValueTask DoneAsync()
    {
        http.Response.StatusCode = operation.Success;
        if (Capture)
        {
            Captured = new CapturedAnswer(operation.Success, null, default, null);
        }

        if (operation.Success != StatusCodes.Status204NoContent)
        {
            http.Response.ContentLength = 0;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Whether the caller can be led to another path; where not, it is answered at once with what it would find there.</summary>
    public virtual bool CanRedirect => true;

    /// <summary>Answers that what was asked for is found under another path, with the same query; only for the time being.</summary>
    public ValueTask RedirectAsync(string path)
    {
        http.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        http.Response.Headers.Location = path + http.Request.QueryString.ToUriComponent();
        http.Response.ContentLength = 0;
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Begins an answer of the operation's <see cref="ApiOperation.StreamType"/>, to be written piece by piece. Should a later piece
    /// fail, the connection is cut, so that nobody takes a part for the whole.
    /// </summary>
    /// <param name="fileName">What a browser may call it when it saves it.</param>
    /// <param name="mediaType">Another media type, where the client could choose one.</param>
    public virtual PipeWriter BeginStream(string fileName, string? mediaType = null)
    {
        http.Response.StatusCode = operation.Success;
        http.Response.ContentType = mediaType ?? operation.StreamType;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        return http.Response.BodyWriter;
    }

    /// <summary>Answers with a refusal by the domain.</summary>
    public ValueTask RefuseAsync(DomainError error) => RefuseAsync(ApiError.Of(error, operation.DocumentsConflict));

    /// <summary>Answers with a refusal.</summary>
    public virtual ValueTask RefuseAsync(ApiError error)
    {
        if (error.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = TextOf(seconds);
        }

        var sending = SendAsync(
            error.Status,
            operation.MediaType,
            ReplyBuffer.Render(error, operation.Errors?.Write ?? (operation.PlainErrors ? ApiError.WritePlain : ApiError.Write)),
            error.RetryAfterSeconds);
        Captured = Captured is null ? null : Captured with { Refusal = error };
        return sending;
    }

    /// <summary>Answers with what another request with the same idempotency key was answered.</summary>
    public virtual ValueTask RepeatAsync(CapturedAnswer answer)
    {
        NoteReplay(true);
        if (answer.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = TextOf(seconds);
        }

        return SendAsync(answer.Status, answer.MediaType, answer.Body.Span, answer.RetryAfterSeconds);
    }

    /// <summary>Tells the client how much of a limit is left.</summary>
    public void SetLimitHeaders(in Limits.LimitVerdict verdict)
    {
        var headers = ResponseHeaders;
        headers["X-RateLimit-Limit"] = TextOf(verdict.Limit);
        headers["X-RateLimit-Period"] = "1";
        headers["X-RateLimit-Remaining"] = TextOf(verdict.Remaining);
        headers["X-RateLimit-Reset"] = TextOf(verdict.ResetSeconds);
        headers["X-RateLimit-Name"] = verdict.Name;
    }

    private ValueTask SendAsync(int status, string? mediaType, ReadOnlySpan<byte> body, int? retryAfter)
    {
        var response = http.Response;
        response.StatusCode = status;
        if (Capture)
        {
            Captured = new CapturedAnswer(status, mediaType, body.ToArray(), retryAfter);
        }

        if (mediaType is null)
        {
            return ValueTask.CompletedTask;
        }

        response.ContentType = mediaType;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
        var flush = response.BodyWriter.FlushAsync();
        return flush.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(flush.AsTask());
    }

    private static string TextOf(int number)
    {
        if ((uint)number >= (uint)RemainingTexts.Length)
        {
            return number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return RemainingTexts[number] ??= number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
