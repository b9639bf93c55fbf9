using System.Globalization;
using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.Speech.Access;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// What live and file requests have in common: their id and headers, who calls, what is asked for, and the place among the organisation's
/// streams. Everything that can refuse a request does so before any audio is taken.
/// </summary>
internal sealed class ListenRequest
{
    private const string Scope = "usage:write";
    private const string ExposedHeaders = "dg-model-name,dg-model-uuid,dg-char-count,dg-request-id,dg-project-id,dg-error,dg-session-id,dg-session-offset,dg-call-id,dg-warning";

    private ListenRequest(HttpContext http, Guid id) => (Http, Id) = (http, id);

    public HttpContext Http { get; }

    /// <summary>The request's id, which is also the session's.</summary>
    public Guid Id { get; }

    /// <summary>Who calls, once <see cref="ReadAsync"/> has found out.</summary>
    public SpeechCaller Caller { get; private set; } = null!;

    /// <summary>What is asked for, once <see cref="ReadAsync"/> has found out.</summary>
    public ListenParameters Parameters { get; private set; } = null!;

    /// <summary>The sub-protocol to select, or null.</summary>
    public string? SubProtocol { get; private set; }

    /// <summary>Gives the request its id and sets what every answer carries.</summary>
    public static ListenRequest Begin(HttpContext http)
    {
        var request = new ListenRequest(http, SpeechErrors.Begin(http));
        AllowOrigin(http);
        return request;
    }

    /// <summary>Lets a page of any origin read the answer: who calls is told by a key, never by a cookie.</summary>
    public static void AllowOrigin(HttpContext http)
    {
        if ((string?)http.Request.Headers.Origin is { Length: > 0 and < 512 } origin)
        {
            var headers = http.Response.Headers;
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
            headers.AccessControlExposeHeaders = ExposedHeaders;
            headers.Vary = "origin";
        }
    }

    /// <summary>Finds out who calls and what is asked for; answers the refusal, or null.</summary>
    public async ValueTask<SpeechError?> ReadAsync(ISpeechKeys keys, ListenDialect dialect)
    {
        var credentials = SpeechCredentials.Read(Http.Request.Headers);
        SubProtocol = credentials.SubProtocol;
        if (credentials.Secret is null)
        {
            return SpeechError.InvalidAuth;
        }

        var admission = await keys.FindAsync(credentials.Secret, Scope, Http.RequestAborted);
        if (admission.Caller is not { } caller)
        {
            return admission.Refusal ?? SpeechError.InvalidAuth;
        }

        Caller = caller;
        Http.Response.Headers["dg-project-id"] = caller.OrgId.ToString();
        var reading = ListenQuery.Read(Http.Request.QueryString.Value, dialect);
        if (reading.Error is { } error)
        {
            return error;
        }

        Parameters = reading.Parameters!;
        return null;
    }

    /// <summary>Takes a place; the headers tell how many there are.</summary>
    public async ValueTask<SlotGrant> AcquireAsync(ISpeechSlots slots, SpeechSlotKind kind, Guid id)
    {
        var grant = await slots.AcquireAsync(Caller, kind, id, Http.RequestAborted);
        Http.Response.Headers["X-Concurrency-Limit"] = grant.Limit.ToString(CultureInfo.InvariantCulture);
        Http.Response.Headers["X-Concurrency-Remaining"] = grant.Remaining.ToString(CultureInfo.InvariantCulture);
        return grant;
    }

    /// <summary>The path and query for usage reports: what was understood, without callbacks, which may hold passwords.</summary>
    public string PathForReports => $"{Http.Request.Path}?{ListenQuery.Write(Parameters)}";

    /// <summary>Labels of the request and of its key.</summary>
    public IEnumerable<string> Tags => Parameters.Tags.Concat(Caller.Tags).Distinct(StringComparer.Ordinal);

    /// <summary>Answers with a refusal.</summary>
    public Task RefuseAsync(SpeechError error) => SpeechErrors.WriteAsync(Http, error, Id);
}
