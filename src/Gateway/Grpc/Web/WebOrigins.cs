using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Grpc.Web;

/// <summary>Which pages of other origins may call (cross-origin resource sharing). None unless the configuration names them.</summary>
internal sealed class WebOrigins(IOptions<GrpcOptions> options)
{
    private const string AllowedHeaders =
        "content-type, x-grpc-web, x-user-agent, grpc-timeout, grpc-accept-encoding, dd-api-key, dd-application-key, authorization, "
        + "idempotency-key, x-request-id";

    private const string ExposedHeaders =
        "grpc-status, grpc-message, grpc-status-details-bin, grpc-encoding, x-request-id, retry-after, idempotent-replayed, "
        + "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-ratelimit-period, x-ratelimit-name";

    private readonly HashSet<string> _allowed = new(options.Value.WebOrigins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets the page see the answer, if its origin is allowed.</summary>
    public void Mark(HttpContext http)
    {
        if (IsAllowed(http, out var origin))
        {
            Allow(http.Response.Headers, origin);
            http.Response.Headers.AccessControlExposeHeaders = ExposedHeaders;
        }
    }

    /// <summary>Answers the browser's question whether a page may call at all.</summary>
    public Task AnswerPreflightAsync(HttpContext http)
    {
        if (IsAllowed(http, out var origin))
        {
            var headers = http.Response.Headers;
            Allow(headers, origin);
            headers.AccessControlAllowMethods = "POST";
            headers.AccessControlAllowHeaders = AllowedHeaders;
            headers.AccessControlMaxAge = "600";
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
        }

        return Task.CompletedTask;
    }

    private bool IsAllowed(HttpContext http, out string origin)
    {
        origin = http.Request.Headers.Origin.ToString();
        return _allowed.Count > 0 && _allowed.Contains(origin);
    }

    private static void Allow(IHeaderDictionary headers, string origin)
    {
        headers.AccessControlAllowOrigin = origin;
        headers.Append("Vary", "Origin");
    }
}
